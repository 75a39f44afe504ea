// What makes sense to do with a video in its present state, as buttons.
import { cancelVideo, contentUrl, deleteWorkspace, fetchVideo } from './api.js';
import { confirm } from './dialog.js';
import { h, icon } from './dom.js';
import { t } from './i18n.js';
import { galleryAddress, go } from './router.js';
import { isTerminal } from './store.js';
import { complain, say } from './toast.js';
import { nameOf } from './words.js';

const cancellable = ['queued', 'processing'];

/** @param ask opens the form for another request; its argument says whether it replaces a finished video. */
export function actionsFor(workspace, store, { ask, asking }) {
  const { id, video } = workspace;
  const status = video?.status;
  const held = video?.storage === 'local';
  const playable = held || video?.storage === 'remote';
  const buttons = [];

  const button = (name, text, iconName, act, className = '') =>
    buttons.push(h('button', { type: 'button', class: className, dataset: { action: name }, onclick: once(act) }, icon(iconName), text));

  if (held) {
    buttons.push(h('a', { class: 'button primary', href: contentUrl(id), download: fileName(workspace), dataset: { action: 'download' } }, icon('down'), t('action.download')));
  }
  const lost = ['completed', 'expired'].includes(status) && !held;
  if (status === 'downloading' || lost) {
    button('fetch', t(status === 'downloading' ? 'action.fetch' : 'action.fetch.again'), 'down', () => fetchAgain(id, store), lost ? 'primary' : '');
  }
  if (playable) button('copy', t('action.copy'), 'link', () => copy(new URL(contentUrl(id), location.href).href));
  if (video && isTerminal(status) && !asking) {
    const replace = status === 'completed' || held;   // a replacement that failed has left the old file
    button(replace ? 'ask-replace' : 'ask-again', t(replace ? 'action.replace' : 'action.ask.again'), 'again', () => ask(replace),
      ['failed', 'cancelled'].includes(status) ? 'primary' : '');
  }
  if (cancellable.includes(status)) button('cancel', t('action.cancel'), 'close', () => cancel(workspace, store));
  if (!['submitting', 'unsettled', 'processing'].includes(status)) button('delete', t('action.delete'), 'trash', () => remove(workspace, store), 'quiet-danger');
  return buttons;
}

/** Asked again if it has moved on while the question stood there: what was agreed to may cost something now. */
async function cancel({ id, video: { status } }, store) {
  const agreed = await confirm({ title: t('action.cancel.title'), body: t(`action.cancel.${status}`), yes: t('action.cancel.confirm'), danger: true });
  if (!agreed) return;
  const now = store.get(id);
  if (now?.video?.status !== status && cancellable.includes(now?.video?.status)) return cancel(now, store);
  await report(store, id, async () => {
    await cancelVideo(id);
    say(t('action.cancel.done'));
  });
}

async function fetchAgain(id, store) {
  await report(store, id, async () => {
    await fetchVideo(id);
    say(t('action.fetch.done'));
  });
}

async function remove(workspace, store) {
  const name = nameOf(workspace);
  const agreed = await confirm({ title: t('action.delete.title', { name }), body: t('action.delete.body'), yes: t('action.delete.confirm'), danger: true });
  if (!agreed) return;
  try {
    await deleteWorkspace(workspace.id);
    go(galleryAddress());
    store.forget(workspace.id);
    say(t('action.delete.done', { name }));
  } catch (error) {
    complain(error);
  }
}

/** Whatever came of it, the record is read again: it is the truth. */
async function report(store, id, act) {
  try {
    await act();
  } catch (error) {
    complain(error);
  }
  await store.refresh(id);
  store.statsSoon();
}

/** The clipboard needs a secure address; on plain http the old way still works. */
async function copy(link) {
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(link);
    else copyBySelection(link);
    say(t('action.copied'));
  } catch {
    complain(t('action.copy.failed', { link }));
  }
}

function copyBySelection(text) {
  const before = document.activeElement;
  const field = h('textarea', { class: 'visually-hidden', readonly: true, 'aria-hidden': 'true', value: text });
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  before?.focus();
  if (!copied) throw new Error('refused');
}

/** A button that is pressed again while its work goes on does nothing. */
function once(act) {
  let busy = false;
  return async (...what) => {
    if (busy) return;
    busy = true;
    try {
      await act(...what);
    } finally {
      busy = false;
    }
  };
}

function fileName(workspace) {
  const extension = /\.(\w+)$/.exec(workspace.video.url ?? '')?.[1] ?? 'mp4';
  return `${(workspace.name?.trim() || workspace.id).replace(/[\\/:*?"<>|\u0000-\u001F]+/g, ' ').trim()}.${extension}`;
}

export { once, report };
