// The composer: pictures in, orders out. Each picture is its own intent with its own keys, so that nothing is ever ordered twice.
import { askForVideo, newKey, uploadPicture } from './api.js';
import { askFields, errorBox, modelOf, requestOf, startingValues } from './ask.js';
import { fill, h, icon, newId, setAttribute, setText } from './dom.js';
import { bytes, number, percent } from './format.js';
import { sentences, t } from './i18n.js';
import { baseName, fitted, flaws, read, typeName } from './picture.js';
import { say } from './toast.js';
import { describe } from './words.js';

const uploadsAtOnce = 2;

export class Composer {
  element;

  #store;
  #catalogue = null;
  #values = null;
  #unavailable = null;
  #fields = null;
  #drafts = [];
  #busy = false;
  #reading = null;
  #message = null;
  #parts = {};

  constructor(store) {
    this.#store = store;
    this.element = h('section', { class: 'composer', 'aria-labelledby': 'make-title' });
    this.build();
    this.#catchPictures();
    addEventListener('beforeunload', event => this.#busy && event.preventDefault());
    this.#keepInWindow();
    store.addEventListener('stats', () => this.#showFooter());
  }

  /** The models are known: the fields can be shown. */
  setCatalogue(catalogue) {
    this.#catalogue = catalogue;
    this.#values ??= startingValues(catalogue);
    this.#unavailable = null;
    this.#message &&= this.#whatIsMissing();
    this.build();
  }

  /** @param again asks for the models once more. */
  setUnavailable(error, again) {
    this.#unavailable = { error, again };
    this.build();
  }

  build() {
    const input = h('input', {
      type: 'file', multiple: true, accept: 'image/jpeg,image/png,image/bmp,image/webp,image/*', class: 'visually-hidden', id: 'make-pictures',
      onchange: () => { this.add([...input.files]); input.value = ''; },
    });
    this.#parts = {
      input,
      drop: h('div', { class: 'drop' }),
      drafts: h('ul', { class: 'drafts', role: 'list', 'aria-label': t('make.pictures') }),
      fields: h('div', { class: 'make-fields' }),
      message: h('div', { class: 'form-error', role: 'alert' }),
      note: h('p', { class: 'hint' }),
      submit: h('button', { type: 'submit', class: 'primary large', dataset: { action: 'make' } }),
      keep: h('button', { type: 'button', class: 'plain', dataset: { action: 'keep-picture' }, onclick: () => this.#send(false) }),
    };
    this.#fields = this.#catalogue && askFields({ catalogue: this.#catalogue, values: this.#values, onChange: () => this.#showDrafts() });
    fill(this.#parts.fields, this.#fields?.element ?? (this.#unavailable ? this.#apology() : h('div', { class: 'fields-skeleton', 'aria-hidden': 'true' })));

    fill(this.element, h('h2', { id: 'make-title' }, t('make.title')),
      h('form', { class: 'stack', novalidate: true, onsubmit: event => { event.preventDefault(); this.#send(true); } },
        this.#parts.drafts, this.#parts.drop, this.#parts.fields, this.#parts.message,
        h('div', { class: 'make-footer' }, this.#parts.submit), h('div', { class: 'make-after' }, this.#parts.note, this.#parts.keep)));
    for (const draft of this.#drafts) draft.view = null;
    this.#show();
  }

  #apology() {
    const { error, again } = this.#unavailable;
    return h('div', { class: 'stack', role: 'alert' },
      h('div', { class: 'error boxed' }, errorBox({ ...describe(error), what: t('make.models.failed') })),
      h('button', { type: 'button', onclick: again }, t('gallery.retry')));
  }

  /** Takes pictures from wherever they came: chosen, dropped or pasted. */
  async add(files) {
    const added = files.map(file => ({ file, name: baseName(file), picture: null, phase: 'reading', share: 0, error: null, workspaceId: null, keys: {}, view: null }));
    if (added.length === 0) return;
    this.#message = null;
    this.#drafts.push(...added);
    this.#show();
    this.#reading = Promise.all([this.#reading, this.#readAll(added)]);
    await this.#reading;
  }

  async #readAll(drafts) {
    for (const draft of drafts) {
      draft.picture = await read(draft.file);
      draft.phase = 'ready';
      this.#showDrafts();
    }
    this.#showFooter();
  }

  // ---- sending ----

  /** A second press while the first is on its way does nothing; a press after a lost answer repeats the same key. */
  async #send(withVideo) {
    if (this.#busy) return;
    this.#message = this.#whatIsMissing();
    this.#showMessage();
    if (this.#message) return;
    if (withVideo && !this.#fields.check()) return;

    this.#busy = true;
    this.#showFooter();
    await this.#reading;
    if (this.#drafts.some(draft => this.#flaws(draft).length > 0)) {
      this.#busy = false;
      this.#showFooter();
      return void this.#focusFirstFlaw();
    }
    const request = withVideo ? requestOf(this.#values) : null;
    const sent = { ...this.#values };
    const waiting = [...this.#drafts];
    const done = [];
    const work = async () => {
      for (let draft = waiting.shift(); draft; draft = waiting.shift()) {
        if (await this.#sendOne(draft, request)) done.push(draft);
      }
    };
    await Promise.all(Array.from({ length: uploadsAtOnce }, work));

    this.#busy = false;
    done.forEach(draft => this.#discard(draft));
    if (done.length > 0) {
      say(t(withVideo ? 'make.ordered' : 'make.kept', { n: done.length }));
      this.#store.statsSoon();
    }
    const over = this.#drafts.length === 0;
    const focused = this.element.contains(document.activeElement);
    const cleared = over && withVideo ? this.#fields.clear(sent) : [];
    this.#show();
    if (over) this.element.dispatchEvent(new Event('sent'));
    const { activeElement } = document;
    const writing = this.#parts.fields.contains(activeElement) && !cleared.includes(activeElement);
    if (focused && !writing && (over || !this.element.contains(activeElement))) this.#parts.input.focus({ preventScroll: true });   // where the next one begins
  }

  async #sendOne(draft, request) {
    draft.error = null;
    try {
      if (!draft.workspaceId) {
        this.#phase(draft, 'uploading');
        const content = { file: draft.file, name: draft.name.trim() };
        const workspace = await uploadPicture({
          ...content, key: keyFor(draft, 'picture', [content.name, draft.file]),
          onProgress: share => { draft.share = share; this.#showDrafts(); },
        });
        draft.workspaceId = workspace.id;
        this.#store.put(workspace);
      }
      if (request) {
        this.#phase(draft, 'ordering');
        await askForVideo(draft.workspaceId, request, keyFor(draft, 'video', [JSON.stringify(request)]));
        await this.#store.refresh(draft.workspaceId);
      }
      return true;
    } catch (error) {
      draft.error = error;
      if (!error.outcomeUnknown) draft.keys = {};
      this.#phase(draft, 'ready');
      if (error.code === 'validation_failed') this.#fields.showErrors(error.errors);
      return false;
    }
  }

  #whatIsMissing() {
    if (this.#drafts.length === 0) return { what: t('make.nothing'), todo: '' };
    return this.#catalogue ? null : { what: t(this.#unavailable ? 'make.models.failed' : 'make.models.loading'), todo: '' };
  }

  #discard(draft) {
    if (draft.picture) URL.revokeObjectURL(draft.picture.url);
    this.#drafts = this.#drafts.filter(other => other !== draft);
  }

  #phase(draft, phase) {
    draft.phase = phase;
    draft.share = 0;
    this.#showDrafts();
  }

  #flaws(draft) {
    if (!draft.picture || !this.#catalogue || draft.workspaceId) return [];
    return flaws(draft.picture, modelOf(this.#catalogue, this.#values.model).image);
  }

  async #fit(draft) {
    if (draft.phase !== 'ready') return;
    draft.error = null;
    this.#phase(draft, 'reading');
    try {
      const file = await fitted(draft.file, draft.picture, modelOf(this.#catalogue, this.#values.model).image);
      URL.revokeObjectURL(draft.picture.url);
      Object.assign(draft, { file, picture: await read(file), fitted: true });
    } catch {
      draft.error = { code: 'not_converted' };
    }
    draft.phase = 'ready';
    this.#show();
    draft.view?.focus();
  }

  // ---- showing ----

  #show() {
    this.#showDrop();
    this.#showDrafts();
    this.#showMessage();
    this.#showFooter();
  }

  #showDrop() {
    const { drop, input } = this.#parts;
    const any = this.#drafts.length > 0;
    drop.classList.toggle('small', any);
    this.element.classList.toggle('begun', any);
    const choose = h('label', { for: 'make-pictures', class: 'button' }, icon(any ? 'plus' : 'picture'), t(any ? 'make.more' : 'make.choose'));
    const focused = document.activeElement === input;
    const touch = matchMedia('(pointer: coarse)').matches ? 'make.touch' : 'make.drop';
    fill(drop, input, any ? null : [h('p', { class: 'drop-title' }, t(touch)), h('p', { class: 'hint' }, t(`${touch}.more`))], choose, this.#limits());
    if (focused) input.focus();
  }

  #limits() {
    if (this.#drafts.length > 0) return null;
    if (!this.#catalogue) return h('p', { class: 'hint limits' });
    const { image } = modelOf(this.#catalogue, this.#values.model);
    return h('p', { class: 'hint limits' }, t('make.limits', {
      types: image.content_types.map(typeName).join(', '), min: image.min_side, max: number(image.max_side), bytes: bytes(image.max_bytes),
    }));
  }

  #showDrafts() {
    const { drafts } = this.#parts;
    drafts.hidden = this.#drafts.length === 0;
    for (const draft of this.#drafts) {
      draft.view ??= this.#draftView(draft);
      draft.view.update();
    }
    const wanted = this.#drafts.map(draft => draft.view.element);
    if (wanted.length !== drafts.childElementCount || wanted.some((element, i) => element !== drafts.children[i])) fill(drafts, wanted);
    drafts.classList.toggle('single', wanted.length === 1);
  }

  #draftView(draft) {
    const [nameId, stateId] = [newId('name'), newId('draft-state')];
    const image = h('img', { alt: '' });
    const facts = h('p', { class: 'hint' });
    const problems = h('div', { class: 'draft-problems', id: stateId, 'aria-live': 'polite' });
    const progress = h('progress', { max: 1, 'aria-label': t('make.progress') });
    const state = h('p', { class: 'hint' });
    const name = h('input', {
      id: nameId, value: draft.name, maxlength: '200', autocomplete: 'off', placeholder: t('make.name.hint'),
      oninput: () => { draft.name = name.value; },
    });
    const remove = h('button', {
      type: 'button', class: 'plain icon-only', 'aria-label': t('make.remove', { name: draft.name }), 'aria-describedby': stateId,
      onclick: () => { this.#discard(draft); this.#show(); this.#parts.input.focus(); },
    }, icon('close'));
    const fit = h('button', { type: 'button', onclick: () => this.#fit(draft) }, t('make.fit'));

    let shown = null;
    const element = h('li', { class: 'draft' },
      h('div', { class: 'draft-picture' }, image),
      h('div', { class: 'draft-body' }, h('div', { class: 'field' }, h('label', { for: nameId }, t('make.name')), name), facts, progress, state), remove, problems);

    return {
      element,
      /** Where a person can mend it: by converting the picture, else by taking it out. */
      focus: () => (fit.isConnected ? fit : remove).focus(),
      update: () => {
        const { picture, phase, error } = draft;
        if (picture) {
          setAttribute(image, 'src', picture.width === null ? null : picture.url);
          setText(facts, [typeName(picture.type), picture.width && `${number(picture.width)} × ${number(picture.height)}`, bytes(picture.size), draft.fitted && t('make.fitted')].filter(Boolean).join(' · '));
        }
        const sending = phase === 'uploading' || phase === 'ordering';
        name.disabled = sending || Boolean(draft.workspaceId);
        remove.hidden = sending;
        progress.hidden = !sending;
        if (phase === 'uploading' && draft.share < 1) progress.value = draft.share;
        else progress.removeAttribute('value');
        setText(state, phase === 'reading' ? t('make.reading') : phase === 'ordering' ? t('make.ordering')
          : phase === 'uploading' ? t('make.uploading', { percent: percent(draft.share) }) : draft.workspaceId ? t('make.uploaded') : '');

        const found = this.#flaws(draft);
        const signature = JSON.stringify([found.map(flaw => flaw.text), error?.code, error?.detail, phase]);
        if (signature === shown) return;
        shown = signature;
        fill(problems,
          found.map(flaw => h('p', { class: 'error' }, flaw.text)),
          found.length > 0 && found.every(flaw => flaw.canFit) && [fit, h('p', { class: 'hint' }, t('make.fit.hint'))],
          error && h('div', { class: 'error boxed', role: 'alert' }, errorBox(describe(error))));
        element.classList.toggle('flawed', found.length > 0);
      },
    };
  }

  #showMessage() {
    fill(this.#parts.message, this.#message && errorBox(this.#message));
  }

  #showFooter() {
    const { submit, keep, note } = this.#parts;
    const n = Math.max(1, this.#drafts.length);
    const sandbox = this.#store.stats?.provider.sandbox;
    setText(submit, this.#busy ? t('make.busy') : t('make.submit', { n }));
    setAttribute(submit, 'aria-disabled', this.#busy ? 'true' : null);
    setText(keep, t('make.keep', { n }));
    keep.hidden = this.#drafts.length === 0 || this.#busy || this.#drafts.every(draft => draft.workspaceId);
    setText(note, sandbox === undefined ? '\u00A0' : sandbox ? t('sandbox.note') : sentences(t('make.paid', { n }), t('ask.once')));
  }

  #focusFirstFlaw() {
    this.#drafts.find(draft => this.#flaws(draft).length > 0)?.view.focus();
  }

  /** Beside the gallery it scrolls on its own, and ends where the window ends, whatever notices stand above it. */
  #keepInWindow() {
    let due = false;
    const fit = () => {
      due = false;
      if (this.element.isConnected) this.element.style.maxBlockSize = `${innerHeight - Math.max(0, this.element.getBoundingClientRect().top)}px`;
    };
    const soon = () => {
      if (!due) requestAnimationFrame(fit);
      due = true;
    };
    addEventListener('scroll', soon, { passive: true });
    addEventListener('resize', soon);
    new ResizeObserver(soon).observe(document.body);
  }

  // ---- pictures from outside the form ----

  #catchPictures() {
    const asking = () => document.querySelector('dialog[open]') !== null;   // nothing happens behind a question
    const carriesFiles = event => [...(event.dataTransfer?.types ?? [])].includes('Files');
    let depth = 0;
    const veil = on => document.body.classList.toggle('dropping', on);

    addEventListener('dragenter', event => { if (carriesFiles(event)) { depth++; veil(!asking()); } });
    addEventListener('dragleave', event => { if (carriesFiles(event) && --depth <= 0) { depth = 0; veil(false); } });
    addEventListener('dragover', event => { if (carriesFiles(event)) event.preventDefault(); });
    addEventListener('drop', event => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth = 0;
      veil(false);
      if (!asking()) this.#receive([...event.dataTransfer.files]);
    });
    addEventListener('paste', event => {
      const files = [...(event.clipboardData?.files ?? [])].filter(file => file.type.startsWith('image/'));
      const isText = event.target.closest?.('input, textarea') && event.clipboardData.types.includes('text/plain');   // offices copy text together with its picture
      if (files.length === 0 || isText || asking()) return;
      event.preventDefault();
      this.#receive(files);
    });
  }

  #receive(files) {
    this.element.dispatchEvent(new Event('wanted', { bubbles: true }));
    this.add(files);
  }
}

/** One key for one content: the same content again has the same key, other content gets a new one. */
function keyFor(draft, what, content) {
  const known = draft.keys[what];
  if (known && known.content.length === content.length && known.content.every((part, i) => part === content[i])) return known.key;
  draft.keys[what] = { content, key: newKey() };
  return draft.keys[what].key;
}
