// One video, closely: the player, what was asked, where it is and why, its history, and what can be done now.
import { askForVideo, getVideo, newKey } from './api.js';
import { actionsFor } from './actions.js';
import { askFields, errorBox, requestOf, startingValues } from './ask.js';
import { fill, h, icon, newId, setAttribute, setText } from './dom.js';
import { bytes, dateTime, number, percent, seconds, timeLeft } from './format.js';
import { sentences, t } from './i18n.js';
import { settlePanel } from './settle.js';
import { galleryAddress } from './router.js';
import { isRunning, isTerminal } from './store.js';
import { say } from './toast.js';
import { candidatesOf, describe, explanation, fetchedShare, nameOf, problemExplanation, sentence, statusLine, statusWord, storageWord, tone } from './words.js';

export class Detail {
  element;
  id;

  #store;
  #catalogue;
  #history = null;
  #historyFor = null;
  #form = null;
  #opening = false;
  #opened = false;
  #instead = null;
  #parts;
  #shown = {};
  #stop = new AbortController();
  #clock;

  constructor(store, id, catalogue) {
    [this.#store, this.id, this.#catalogue] = [store, id, catalogue];
    this.element = h('article', { class: 'detail', 'aria-labelledby': 'detail-title' });
    this.build();

    const { signal } = this.#stop;
    store.addEventListener('changed', ({ detail }) => detail.id === id && this.#update(), { signal });
    store.addEventListener('deleted', ({ detail }) => detail.id === id && this.#showGone(), { signal });
    this.#clock = setInterval(() => this.#tick(), 1000);
    this.#load();
  }

  close() {
    this.#stop.abort();
    clearInterval(this.#clock);
    this.element.querySelector('video')?.pause();
  }

  /** Builds everything with words in it; again when the language changes. */
  build() {
    if (this.#instead) return this.#showInstead(this.#instead);

    const section = (name, title) => {
      const id = newId(name);
      const body = h('div');
      return { body, element: h('section', { class: `panel ${name}`, 'aria-labelledby': id, dataset: { panel: name } }, h('h2', { id }, title), body) };
    };
    const parts = this.#parts = {
      title: h('h1', { id: 'detail-title', tabindex: '-1' }),
      status: h('span', { class: 'state-word' }),
      spoken: h('span', { class: 'visually-hidden', role: 'status' }),
      storage: h('span', { class: 'state-place' }),
      stage: h('div', { class: 'stage' }),
      explain: h('p', { class: 'explain' }),
      progress: h('div', { class: 'fetching' }),
      problem: h('div', { class: 'problem' }),
      actions: h('div', { class: 'actions', role: 'group', 'aria-label': t('detail.actions') }),
      ask: h('div', { class: 'ask-again' }),
      settle: h('div'),
      request: section('request', t('detail.request')),
      file: section('file', t('detail.file')),
      picture: section('picture', t('detail.picture')),
      history: section('history', t('detail.history')),
    };
    this.#shown = {};
    this.#opened = false;
    this.#form?.rebuild();
    fill(this.element,
      h('a', { class: 'back', href: galleryAddress(), 'data-route': true }, icon('back'), t('detail.back')),
      h('header', { class: 'detail-head' }, parts.title, h('p', { class: 'state' }, h('span', { class: 'dot' }), parts.status, parts.storage), parts.spoken),
      h('div', { class: 'detail-grid' },
        h('div', { class: 'detail-main' }, parts.stage, parts.progress, parts.explain, parts.problem, parts.actions, parts.settle, parts.ask, parts.history.element),
        h('div', { class: 'detail-side' }, parts.request.element, parts.file.element, parts.picture.element)));
    this.#update();
  }

  focus() {
    this.element.querySelector('h1').focus({ preventScroll: true });
  }

  async #load() {
    try {
      if (!await this.#store.read(this.id)) this.#showGone();
    } catch (error) {
      if (!this.#store.get(this.id)) this.#showUnread(error);
    }
  }

  #update() {
    const workspace = this.#store.get(this.id);
    const { title, request, file, picture, history } = this.#parts;
    if (workspace && this.#instead) {
      this.#instead = null;
      return this.build();
    }
    this.element.classList.toggle('loading', !workspace);
    if (!workspace) return setText(title, t('detail.loading'));

    const { video } = workspace;
    setText(title, nameOf(workspace));
    document.title = `${nameOf(workspace)} · VideoPlatform`;
    this.element.dataset.tone = tone(video);
    this.element.dataset.status = video?.status ?? 'none';
    this.element.dataset.storage = video?.storage ?? 'none';
    this.#tick();
    setText(this.#parts.spoken, statusWord(video));
    setText(this.#parts.explain, explanation(video));

    this.#when('stage', [video?.url, video?.storage, !video?.url && video?.thumbnail_url, workspace.image?.url], () => this.#showStage(workspace));
    this.#when('poster', [video?.thumbnail_url], () => this.#showPoster(workspace));
    this.#when('progress', [video?.status, video?.progress], () => this.#showProgress(video));
    this.#when('problem', [video?.error, video?.status], () => this.#showProblem(video));
    this.#when('actions', [video?.status, video?.storage, video?.url, this.#form !== null], () => this.#showActions(workspace));
    this.#when('settle', [video?.status, candidatesOf(video), video?.prompt], () => this.#showSettle(workspace));
    this.#when('request', [video && requestFacts(video)], () => fill(request.body, facts(requestFacts(video ?? {}))));
    this.#when('file', [video && fileFacts(video)], () => fill(file.body, facts(fileFacts(video ?? {}))));
    this.#when('picture', [workspace.image, video?.url], () => fill(picture.body, pictureFacts(workspace)));
    request.element.hidden = !video;
    file.element.hidden = !video || fileFacts(video).length === 0;
    picture.element.hidden = !workspace.image;
    history.element.hidden = !video;
    this.#loadHistory(workspace);

    if (!video && !this.#form && !this.#opened) {
      this.#opened = true;
      this.#openForm(false);
    }
    if (video && isRunning(workspace) && this.#form) this.#closeForm(false);
  }

  /** Redraws a part only when what it shows has changed: a playing video is never touched. */
  #when(part, facts, draw) {
    const signature = JSON.stringify(facts);
    if (this.#shown[part] === signature) return;
    this.#shown[part] = signature;
    draw();
  }

  #tick() {
    const workspace = this.#store.get(this.id);
    if (!workspace) return;
    setText(this.#parts.status, statusLine(workspace));
    setText(this.#parts.storage, storageWord(workspace.video) ?? '');
  }

  // ---- the parts ----

  #showStage({ id, video, image, name }) {
    const { stage } = this.#parts;
    const poster = video?.thumbnail_url ?? image?.url ?? null;
    const ratio = video?.media ?? image;
    stage.style.aspectRatio = ratio?.width && ratio?.height ? `${ratio.width} / ${ratio.height}` : '';
    const label = t('detail.player', { name: nameOf({ name }) });
    if (!video?.url) {
      return void fill(stage, poster
        ? h('img', { src: poster, alt: t('picture.alt', { name: nameOf({ name }) }) })
        : h('p', { class: 'stage-empty' }, icon('picture'), t('detail.no.video')));
    }

    // A remote video is loaded from the provider only when a person asks for it.
    const remote = video.storage === 'remote';
    const before = stage.querySelector('video');
    const failure = h('p', { class: 'stage-failed', role: 'alert', hidden: true });
    const player = h('video', { controls: true, playsinline: true, preload: remote ? 'none' : 'metadata', poster, src: video.url, 'aria-label': label, dataset: { workspace: id, storage: video.storage } });
    player.addEventListener('error', () => {
      setText(failure, sentences(t('detail.play.failed'), t(remote ? 'detail.play.failed.remote' : 'detail.play.failed.local')));
      failure.hidden = false;
    });
    if (before?.dataset.storage === 'remote' && !remote) goOn(player, before);
    fill(stage, player, failure, remote && h('p', { class: 'stage-note' }, t('detail.remote.play', { left: timeLeft(video.remote_expires_at) })));
  }

  /** The poster is made after the video is here, perhaps while it plays already. */
  #showPoster({ video, image }) {
    const player = this.#parts.stage.querySelector('video');
    if (player) setAttribute(player, 'poster', video?.thumbnail_url ?? image?.url ?? null);
  }

  #showProgress(video) {
    const { progress } = this.#parts;
    progress.hidden = video?.status !== 'downloading';
    if (progress.hidden) return void fill(progress);
    const share = fetchedShare(video);
    let bar = progress.querySelector('progress');
    let text = progress.querySelector('p');
    if (!bar) {
      bar = h('progress', { max: 1, 'aria-label': t('detail.progress.label') });
      text = h('p', { class: 'hint' });
      fill(progress, bar, text);
    }
    if (share === null) bar.removeAttribute('value');
    else bar.value = share;
    const received = video.progress ? bytes(video.progress.received) : null;
    setText(text, !received ? '\u00A0' : share === null ? t('detail.progress.open', { received })
      : `${t('detail.progress', { received, total: bytes(video.progress.total) })} · ${percent(share)}`);
  }

  #showProblem(video) {
    const { problem } = this.#parts;
    const error = video?.error;
    problem.hidden = !error || error.code === 'remote_only' || candidatesOf(video).length > 0;   // the last two are told above and below
    if (problem.hidden) return void fill(problem);
    const meaning = problemExplanation(video);
    fill(problem, h('h2', null, t(isTerminal(video.status) ? 'detail.problem' : 'detail.waiting')),
      meaning && h('p', null, meaning),
      h('dl', { class: 'facts' }, error.code && fact(t('detail.code'), h('code', null, error.code)), error.message && fact(t('detail.message'), h('span', { class: 'verbatim' }, error.message))));
  }

  #showActions(workspace) {
    const { actions } = this.#parts;
    const focused = document.activeElement?.closest?.('.actions') === actions ? document.activeElement.dataset.action : null;
    fill(actions, actionsFor(workspace, this.#store, { ask: replace => this.#openForm(replace, true), asking: this.#form !== null }));
    actions.hidden = actions.childElementCount === 0;
    if (focused) (actions.querySelector(`[data-action="${focused}"]`) ?? this.#parts.title).focus();
  }

  #showSettle(workspace) {
    const { settle, title } = this.#parts;
    const focused = settle.contains(document.activeElement) ? document.activeElement : null;
    fill(settle, workspace.video?.status === 'unsettled' && settlePanel(this.#store, workspace));
    if (focused) ([...settle.querySelectorAll('[data-task]')].find(button => button.dataset.task === focused.dataset.task) ?? title).focus();
  }

  async #loadHistory({ video, version }) {
    if (!video) return;
    const key = `${video.status}:${video.requested_at}:${video.error?.code}`;
    if (this.#historyFor !== key) {
      this.#historyFor = key;
      let history;
      try {
        history = (await getVideo(this.id)).history ?? [];
      } catch {
        if (this.#historyFor === key) this.#historyFor = null;
        return;
      }
      if (this.#historyFor !== key) return;   // a newer question is on its way, or answered
      this.#history = history;
    }
    this.#when('history', [this.#history, version > 0], () => fill(this.#parts.history.body, timeline(this.#history ?? [])));
  }

  #showGone() {
    this.close();
    this.#showInstead(() => [t('detail.gone'), t('detail.gone.body')]);
  }

  /** Nobody knows whether it is there. */
  #showUnread(error) {
    const again = () => {
      this.#instead = null;
      this.build();
      this.#load();
    };
    this.#showInstead(() => [t('detail.unread'), sentence(error), h('button', { type: 'button', onclick: again }, t('gallery.retry'))]);
  }

  /** @param content gives title, text and what else there is, in the language of the moment. */
  #showInstead(content) {
    this.#instead = content;
    const [title, body, ...more] = content();
    this.element.classList.remove('loading');
    fill(this.element,
      h('a', { class: 'back', href: galleryAddress(), 'data-route': true }, icon('back'), t('detail.back')),
      h('div', { class: 'empty' }, h('h1', { tabindex: '-1', id: 'detail-title' }, title), h('p', null, body), more));
    document.title = `${title} · VideoPlatform`;
    this.element.querySelector('h1').focus();
  }

  // ---- asking again ----

  async #openForm(replace, byHand = false) {
    if (this.#form) return this.#form.fields.focus();
    if (this.#opening) return;
    this.#opening = true;
    try {
      const catalogue = await this.#catalogue();
      const workspace = this.#store.get(this.id);
      const values = startingValues(catalogue, workspace?.video);
      this.#form = new AskForm({
        catalogue, values, replace, first: !workspace?.video, sandbox: this.#store.stats?.provider.sandbox, host: () => this.#parts.ask,
        send: (request, key) => askForVideo(this.id, request, key),
        onSent: () => { this.#closeForm(true); say(t('action.ordered')); this.#store.refresh(this.id); this.#store.statsSoon(); },
        onClose: workspace?.video ? () => this.#closeForm(true) : null,
      });
      if (byHand) this.#form.fields.focus();
    } catch (error) {
      const again = h('button', { type: 'button', onclick: () => this.#openForm(replace, true) }, t('gallery.retry'));
      fill(this.#parts.ask, h('div', { class: 'stack', role: 'alert' }, h('div', { class: 'error boxed' }, errorBox(describe(error))), h('div', { class: 'actions' }, again)));
      if (byHand) again.focus();
    } finally {
      this.#opening = false;
    }
    this.#update();
  }

  #closeForm(giveFocusBack) {
    this.#form = null;
    fill(this.#parts.ask);
    this.#update();
    if (giveFocusBack) (this.#parts.actions.querySelector('[data-action^="ask"]') ?? this.#parts.title).focus();
  }
}

/** Asks once, however often the button is pressed: while the content is the same, so is the key. */
class AskForm {
  fields;

  #options;
  #sent = null;
  #busy = false;

  constructor(options) {
    this.#options = options;
    this.rebuild();
  }

  rebuild() {
    const { catalogue, values, replace, first, sandbox, host, onClose } = this.#options;
    this.fields = askFields({ catalogue, values });
    const submit = h('button', { type: 'submit', class: 'primary large', dataset: { action: 'send' } }, t('action.ask'));
    const failure = h('div', { class: 'error', role: 'alert' });
    const titleId = newId('ask-title');
    const title = first ? t('action.ask.first') : replace ? t('action.replace.title') : t('action.ask.again');
    fill(host(), h('section', { class: 'panel', 'aria-labelledby': titleId },
      h('h2', { id: titleId }, title),
      h('form', { class: 'stack', novalidate: true, onsubmit: event => { event.preventDefault(); this.#submit(submit, failure); } },
        this.fields.element, h('p', { class: 'hint' }, sentences(sandbox ? t('sandbox.note') : t('action.again.note'), replace && t('action.replace.note'), !sandbox && t('ask.once'))), failure,
        h('div', { class: 'row' }, submit, onClose && h('button', { type: 'button', onclick: onClose }, t('action.close'))))));
  }

  async #submit(button, failure) {
    if (this.#busy || !this.fields.check()) return;
    const { values, replace, send, onSent } = this.#options;
    const request = { ...requestOf(values), ...(replace ? { replace: true } : {}) };
    const content = JSON.stringify(request);
    if (this.#sent?.content !== content) this.#sent = { content, key: newKey() };

    this.#busy = true;
    button.setAttribute('aria-disabled', 'true');
    fill(failure);
    try {
      await send(request, this.#sent.key);
      onSent();
    } catch (error) {
      if (!error.outcomeUnknown) this.#sent = null;
      if (error.code === 'validation_failed') this.fields.showErrors(error.errors);
      failure.className = 'error boxed';
      fill(failure, errorBox(describe(error)));
    } finally {
      this.#busy = false;
      button.removeAttribute('aria-disabled');
    }
  }
}

/** The bytes have arrived while a person was watching from the provider: our own file goes on where that was. */
function goOn(player, before) {
  if (before.currentTime === 0 || before.ended) return;
  const playing = !before.paused;
  player.preload = 'auto';
  player.volume = before.volume;
  player.muted = before.muted;
  player.addEventListener('loadedmetadata', () => {
    player.currentTime = before.currentTime;
    if (playing) player.play().catch(() => {});
  }, { once: true });
}

// ---- facts ----

const fact = (term, ...value) => h('div', null, h('dt', null, term), h('dd', null, value));

const facts = pairs => h('dl', { class: 'facts' }, pairs.map(([term, value, kind]) => (kind === 'words' ? words(term, value) : fact(term, kind === 'code' ? h('code', null, value) : value))));

/** Long words scroll in their own place, and by keyboard too. */
const words = (term, value) =>
  h('div', { class: 'words' }, h('dt', null, term), h('dd', { class: 'verbatim', tabindex: value.length > 600 ? '0' : null }, value));

const yesNo = value => t(value ? 'field.yes' : 'field.no');

function requestFacts(video) {
  return known([
    [t('field.prompt'), video.prompt, 'words'],
    [t('field.negative'), video.negative_prompt, 'words'],
    [t('field.model'), video.model],
    [t('field.resolution'), video.resolution],
    [t('field.duration'), video.duration === -1 ? t('ask.duration.free') : video.duration && seconds(video.duration)],
    [t('field.seed'), video.prompt ? String(video.seed ?? t('field.seed.random')) : null],
    [t('field.extend'), video.prompt_extend == null ? null : yesNo(video.prompt_extend)],
    [t('field.watermark'), video.watermark == null ? null : yesNo(video.watermark)],
    [t('field.task'), video.task_id, 'code'],
    [t('field.requested'), video.requested_at && dateTime(video.requested_at)],
    [t('field.submitted'), video.submitted_at && dateTime(video.submitted_at)],
    [t('field.finished'), video.finished_at && dateTime(video.finished_at)],
  ]);
}

function fileFacts(video) {
  const { media } = video;
  return known([
    [t('field.size'), video.size && `${bytes(video.size)} (${number(video.size)})`],
    [t('field.type'), [video.content_type, media?.codec].filter(Boolean).join(', ')],
    [t('field.dimensions'), media?.width && t('field.pixels', { width: media.width, height: media.height })],
    [t('field.length'), media?.duration && seconds(media.duration)],
    [t('field.sha256'), video.sha256, 'code'],
    [t('field.verified'), video.verified && t(`verified.${video.verified}`)],
    [t('field.archived'), video.archived_at && dateTime(video.archived_at)],
    [t('field.deadline'), video.storage === 'remote' && video.remote_expires_at && dateTime(video.remote_expires_at)],
  ]);
}

/** The picture itself only where it is not on the stage already. */
function pictureFacts({ image, name, video, created_at: created }) {
  if (!image) return null;
  return [
    video?.url && h('a', { class: 'picture-link', href: image.url, target: '_blank', rel: 'noopener' },
      h('img', { src: image.url, alt: t('picture.alt', { name: nameOf({ name }) }), loading: 'lazy', decoding: 'async', width: image.width, height: image.height })),
    facts(known([
      [t('field.dimensions'), image.width && t('field.pixels', { width: image.width, height: image.height })],
      [t('field.size'), image.size && bytes(image.size)],
      [t('field.type'), image.content_type],
      [t('field.created'), dateTime(created)],
    ])),
  ];
}

function timeline(entries) {
  return h('ol', { class: 'timeline', role: 'list' }, [...entries].map(({ at, status, detail }) =>
    h('li', { dataset: { status } }, h('span', { class: 'timeline-word' }, t(`status.${status}`)), h('time', { datetime: at }, dateTime(at)), detail && h('p', { class: 'verbatim' }, detail))));
}

const known = pairs => pairs.filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false);
