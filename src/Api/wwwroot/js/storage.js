// Looking after it: how much there is, how much room is left, what is at risk, and whether the queue moves.
import { fill, h, newId } from './dom.js';
import { bytes, number, percent } from './format.js';
import { sentences, t } from './i18n.js';
import { filterAddress, galleryAddress, statuses, storages } from './router.js';
import { describe, standstill } from './words.js';

export class StorageView {
  element = h('article', { class: 'storage', 'aria-labelledby': 'storage-title' });

  #store;
  #shown = null;
  #stop = new AbortController();
  #body = h('div', { class: 'storage-body' });

  constructor(store) {
    this.#store = store;
    this.build();
    store.addEventListener('stats', () => this.#show(), { signal: this.#stop.signal });
    store.refreshStats().catch(error => this.#fail(error));
  }

  close() {
    this.#stop.abort();
  }

  focus() {
    this.element.querySelector('h1').focus({ preventScroll: true });
  }

  build() {
    fill(this.element, h('h1', { id: 'storage-title', tabindex: '-1' }, t('stats.title')), this.#body);
    this.#shown = null;
    this.#show();
  }

  #show() {
    const { stats } = this.#store;
    if (!stats) return void fill(this.#body, h('div', { class: 'fields-skeleton', 'aria-hidden': 'true' }));
    const { videos, bytes: room, queue, provider } = stats;
    const total = Object.values(videos.by_status).reduce((sum, n) => sum + n, 0);
    const running = queue.state === 'running';
    const why = standstill(queue);
    const inFlight = Object.entries(queue.in_flight ?? {}).filter(([, n]) => n > 0);

    // The counts come again and again: what stands already stays, and so does the focus.
    const shown = JSON.stringify([videos, bytes(room.stored), bytes(room.free), queue, provider]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const focused = this.#body.contains(document.activeElement) ? document.activeElement : null;

    fill(this.#body,
      h('dl', { class: 'figures' },
        figure(t('stats.videos'), number(total), t('stats.kept', { n: number(videos.by_storage.local ?? 0) })),
        figure(t('stats.stored'), bytes(room.stored)),
        figure(t('stats.free'), bytes(room.free)),
        figure(t('stats.risk'), number(videos.at_risk), t(videos.at_risk > 0 ? 'stats.risk.some' : 'stats.risk.none'), videos.at_risk > 0 ? 'risk' : 'good')),
      disk(room),
      h('div', { class: 'storage-panels' },
        h('div', { class: 'stack' },
          panel(t('stats.queue'), queue.state,
            h('p', { class: 'state', dataset: { tone: running ? 'good' : 'risk' } }, h('span', { class: 'dot' }), h('strong', null, t(running ? 'stats.queue.running' : 'stats.queue.stopped'))),
            running ? h('p', null, t('stats.queue.ok')) : [h('p', null, why.meaning ?? why.said), why.meaning && h('p', { class: 'hint' }, why.said)],
            h('dl', { class: 'facts' },
              row(t('stats.waiting'), number(queue.waiting)),
              row(t('stats.inflight'), inFlight.length > 0 ? inFlight.map(([model, n]) => h('div', null, `${number(n)} × ${model}`)) : t('stats.inflight.none')))),
          panel(t('stats.provider'), null, provider.sandbox && h('p', null, h('span', { class: 'badge' }, t('sandbox'))), h('p', null, t(provider.sandbox ? 'sandbox.note' : 'sandbox.none')))),
        panel(t('stats.status'), null, tally(statuses, videos.by_status, 'status', total)),
        panel(t('stats.where'), null, tally(storages, videos.by_storage, 'storage', total))));
    if (focused) ([...this.#body.querySelectorAll('a')].find(link => link.href === focused.href) ?? this.element.querySelector('h1')).focus({ preventScroll: true });
  }

  #fail(error) {
    if (this.#store.stats) return;
    const { what, todo } = describe(error);
    fill(this.#body, h('div', { class: 'empty', role: 'alert' }, h('h2', null, t('stats.failed')), h('p', null, sentences(what, todo)),
      h('button', { type: 'button', onclick: () => this.#store.refreshStats().catch(again => this.#fail(again)) }, t('gallery.retry'))));
  }
}

const figure = (term, value, note, tone) => h('div', { dataset: tone ? { tone } : {} }, h('dt', null, term), h('dd', null, h('span', { class: 'figure' }, value), note && h('span', { class: 'hint' }, note)));

const row = (term, value) => h('div', null, h('dt', null, term), h('dd', null, value));

function panel(title, state, ...content) {
  const id = newId('panel');
  return h('section', { class: 'panel', 'aria-labelledby': id, dataset: state ? { state } : {} }, h('h2', { id }, title), content);
}

function disk({ stored, free }) {
  const share = stored / Math.max(1, stored + free);
  return h('div', { class: 'disk' }, h('meter', { min: 0, max: 1, value: share, 'aria-label': t('stats.disk', { stored: bytes(stored), free: bytes(free) }) }),
    h('p', { class: 'hint' }, `${t('stats.disk', { stored: bytes(stored), free: bytes(free) })} · ${percent(share)}`));
}

/** Each count leads to the videos that it counts. */
function tally(words, counts, kind, total) {
  return h('ul', { class: 'tally', role: 'list' }, words.filter(word => counts[word]).map(word => {
    const bar = h('span', { class: 'tally-bar', 'aria-hidden': 'true' });
    bar.style.inlineSize = `${(counts[word] / Math.max(1, total)) * 100}%`;
    const query = new URL(filterAddress({ [kind]: word }), location.href).search;
    return h('li', null, h('a', { href: `${galleryAddress().split('?')[0]}${query}`, 'data-route': true }, h('span', null, t(`${kind}.${word}`)), h('span', { class: 'tally-count' }, number(counts[word]))), bar);
  }));
}
