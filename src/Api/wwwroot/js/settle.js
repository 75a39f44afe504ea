// An order whose outcome is unclear: the provider's tasks that could be it, side by side, and the decision.
import { once, report } from './actions.js';
import { settleVideo } from './api.js';
import { confirm } from './dialog.js';
import { h, newId } from './dom.js';
import { dateTime } from './format.js';
import { t } from './i18n.js';
import { say } from './toast.js';
import { candidatesOf, taskWord } from './words.js';

export function settlePanel(store, { id, video }) {
  const titleId = newId('settle');
  const candidates = candidatesOf(video);

  // One guard for all buttons: the first decision counts.
  const settle = once(taskId => report(store, id, async () => {
    await settleVideo(id, taskId);
    say(t('settle.done'));
  }));
  const orderAgain = async () => {
    const sure = await confirm({ title: t('settle.none.title'), body: t('settle.none.body'), yes: t('settle.none.confirm'), danger: true });
    if (sure) await settle(null);
  };

  return candidates.length > 0
    ? h('section', { class: 'panel settle', 'aria-labelledby': titleId },
      h('h2', { id: titleId }, t('settle.title')),
      h('p', { class: 'hint' }, t('settle.asked')), h('p', { class: 'verbatim quote' }, video.prompt),
      h('ul', { class: 'candidates', role: 'list' }, candidates.map(candidate => h('li', null, candidateFacts(candidate),
        h('button', { type: 'button', class: 'primary', dataset: { action: 'settle', task: candidate.task_id }, onclick: () => settle(candidate.task_id) }, t('settle.this'))))),
      h('button', { type: 'button', dataset: { action: 'settle-none' }, onclick: orderAgain }, t('settle.none')))
    : byHand(settle, orderAgain);
}

function candidateFacts({ task_id: task, status, created_at: created, prompt }) {
  const row = (term, value) => h('div', null, h('dt', null, term), h('dd', null, value));
  return h('dl', { class: 'facts' },
    row(t('settle.prompt'), prompt ?? t('settle.prompt.none')), row(t('settle.created'), created ? dateTime(created) : '–'),
    row(t('settle.status'), taskWord(status)), row(t('settle.task'), h('code', null, task)));
}

function byHand(settle, orderAgain) {
  const inputId = newId('task');
  const input = h('input', { id: inputId, autocomplete: 'off', spellcheck: 'false', required: true });
  return h('details', { class: 'panel settle more' }, h('summary', null, t('settle.byhand')),
    h('p', null, t('settle.byhand.body')),
    h('form', { class: 'stack', onsubmit: event => { event.preventDefault(); settle(input.value.trim()); } },
      h('div', { class: 'field' }, h('label', { for: inputId }, t('settle.id')), input),
      h('div', { class: 'row' }, h('button', { type: 'submit', dataset: { action: 'settle' } }, t('settle.adopt')),
        h('button', { type: 'button', dataset: { action: 'settle-none' }, onclick: orderAgain }, t('settle.none.confirm')))));
}
