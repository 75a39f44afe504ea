// The gallery: filters, and a grid that builds only the cards near the window, so that ten thousand scroll like ten.
import { fill, h, newId, setAttribute, setText } from './dom.js';
import { createCard } from './card.js';
import { now, number } from './format.js';
import { sentences, t } from './i18n.js';
import { filterAddress, here, statuses, storages } from './router.js';
import { describe } from './words.js';

const gap = 20;
const rowsAround = 3;

export class Gallery {
  element;

  #store;
  #cards = new Map();
  #over = new Set();
  #columns = 1;
  #cell = { width: 0, height: 0 };
  #drawn = false;
  #parts;

  constructor(store) {
    this.#store = store;
    this.element = h('section', { class: 'gallery', 'aria-labelledby': 'gallery-title' });
    this.build();

    const draw = () => this.#drawSoon();
    addEventListener('scroll', draw, { passive: true });
    new ResizeObserver(draw).observe(this.element);
    store.addEventListener('list', draw);
    store.addEventListener('stats', () => this.#showCounts());
    store.addEventListener('changed', ({ detail }) => this.#cards.get(detail.id)?.update(store.get(detail.id)));
    setInterval(() => this.#tick(), 1000);
  }

  /** Builds everything with words in it; again when the language changes. */
  build() {
    const grid = h('ul', { class: 'grid', role: 'list', 'aria-labelledby': 'gallery-title', onkeydown: event => this.#move(event) });
    this.#cards.clear();
    this.#parts = {
      grid,
      count: h('span', { class: 'total' }),
      filters: h('div', { class: 'filters' }),
      state: h('div', { class: 'list-state' }),
    };
    fill(this.element,
      h('div', { class: 'gallery-head' }, h('h1', { id: 'gallery-title', tabindex: '-1' }, t('gallery.title'), ' ', this.#parts.count), this.#parts.filters),
      grid, this.#parts.state);
    this.#showCounts();
    this.#drawSoon();
  }

  /** The address has another filter. */
  filterChanged() {
    this.#showCounts();
  }

  visibleIds() {
    return [...this.#cards.keys()];
  }

  /** Where the composer stands above and has just folded, the page has slid to somewhere in the middle: the newest is at the top. */
  reveal() {
    if (matchMedia('(max-width: 59.99rem)').matches && this.element.getBoundingClientRect().top < 0) this.element.scrollIntoView();
  }

  focusCard(id) {
    const card = this.#cards.get(id);
    (card?.link ?? this.element.querySelector('h1')).focus({ preventScroll: Boolean(card) });
  }

  // ---- filters ----

  #showCounts() {
    const { filter } = here();
    const videos = this.#store.stats?.videos;
    const all = videos ? Object.values(videos.by_status).reduce((sum, n) => sum + n, 0) : null;
    setText(this.#parts.count, all ? number(all) : '');
    const idle = !all && !filter.status && !filter.storage;
    this.#parts.filters.classList.toggle('idle', idle);
    this.#parts.filters.classList.toggle('new', idle && all === 0);

    // The counts come again and again: what stands already stays, and a new row keeps the focus and how far it was scrolled.
    const { filters } = this.#parts;
    const signature = JSON.stringify([filter, videos?.by_status, videos?.by_storage]);
    if (filters.dataset.shows === signature) return;
    filters.dataset.shows = signature;
    const focused = filters.contains(document.activeElement) ? document.activeElement.dataset.filter : null;
    const scrolled = [...filters.querySelectorAll('ul')].map(row => row.scrollLeft);
    fill(filters,
      this.#filterRow(t('gallery.filter.status'), 'status', statuses, filter, videos?.by_status, t('gallery.all')),
      this.#filterRow(t('gallery.filter.storage'), 'storage', storages, filter, videos?.by_storage, t('gallery.anywhere')));
    filters.querySelectorAll('ul').forEach((row, i) => { row.scrollLeft = scrolled[i] ?? 0; });
    if (focused) (filters.querySelector(`[data-filter="${focused}"]`) ?? filters.querySelector('a')).focus({ preventScroll: true });
  }

  #filterRow(label, kind, words, filter, counts, everything) {
    const id = newId('filter');
    const link = (word, text, n) => h('li', null, h('a', {
      href: filterAddress({ ...filter, [kind]: word }), 'data-route': true, class: 'chip',
      'aria-current': filter[kind] === word ? 'true' : null, dataset: { filter: `${kind}:${word ?? 'all'}` },
    }, text, n ? h('span', { class: 'chip-count' }, number(n)) : null));

    return h('div', { class: 'filter-row' }, h('span', { id, class: 'visually-hidden' }, label),
      h('ul', { role: 'list', 'aria-labelledby': id }, link(null, everything),
        words.filter(word => counts?.[word] || filter[kind] === word).map(word => link(word, t(`${kind}.${word}`), counts?.[word]))));
  }

  // ---- the grid ----

  #drawSoon() {
    if (this.#drawn) return;
    this.#drawn = true;
    requestAnimationFrame(() => {
      this.#drawn = false;
      if (this.element.isConnected) this.#draw();
    });
  }

  #measure() {
    const width = this.#parts.grid.clientWidth;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const narrowest = width < 560 ? 9 * rem : 14 * rem;
    const between = width < 560 ? 12 : gap;
    this.#columns = Math.max(1, Math.floor((width + between) / (narrowest + between)));
    const card = (width - between * (this.#columns - 1)) / this.#columns;
    this.#cell = { width: card, height: Math.round(card * 0.75 + 5.25 * rem) + between, between };
  }

  #draw() {
    this.#measure();
    const { grid } = this.#parts;
    const { ids, complete, loading, error } = this.#store.list;
    const rows = Math.ceil(ids.length / this.#columns);
    const skeletons = ids.length === 0 && loading;
    grid.style.height = `${(skeletons ? 3 : rows) * this.#cell.height}px`;
    setAttribute(grid, 'aria-busy', loading ? 'true' : null);

    const top = -grid.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(top / this.#cell.height) - rowsAround) * this.#columns;
    const last = Math.min(ids.length, (Math.ceil((top + innerHeight) / this.#cell.height) + rowsAround) * this.#columns);

    if (skeletons) this.#drawSkeletons();
    else this.#drawCards(first, last);
    this.#drawState();
    if (!complete && !loading && !error && last > ids.length - this.#columns * 12) this.#store.more();
  }

  #drawCards(first, last) {
    const { grid } = this.#parts;
    const { ids, complete } = this.#store.list;
    const wanted = new Set(ids.slice(first, last));
    const focused = document.activeElement?.closest?.('li')?.dataset.id;
    if (focused && this.#cards.has(focused) && ids.includes(focused)) wanted.add(focused);

    for (const child of [...grid.children]) {
      if (wanted.has(child.dataset.id)) continue;
      this.#cards.delete(child.dataset.id);
      child.remove();
    }

    let next = grid.firstElementChild;
    const order = wanted.size === last - first ? ids.slice(first, last) : ids.filter(id => wanted.has(id));
    for (const id of order) {
      const index = order.length === last - first ? first + order.indexOf(id) : ids.indexOf(id);
      const card = this.#card(id);
      if (card.element === next) next = next.nextElementSibling;
      else grid.insertBefore(card.element, next);
      this.#place(card.element, index);
      setAttribute(card.element, 'aria-posinset', index + 1);
      setAttribute(card.element, 'aria-setsize', complete ? ids.length : -1);
    }
  }

  #drawSkeletons() {
    const { grid } = this.#parts;
    this.#cards.clear();
    const wanted = 3 * this.#columns;
    while (grid.childElementCount > wanted || grid.querySelector('li:not(.skeleton)')) grid.lastElementChild.remove();
    while (grid.childElementCount < wanted) grid.append(h('li', { class: 'skeleton', 'aria-hidden': 'true' }, h('span', { class: 'card-poster' }), h('span', { class: 'line' }), h('span', { class: 'line short' })));
    [...grid.children].forEach((child, index) => this.#place(child, index));
  }

  #card(id) {
    let card = this.#cards.get(id);
    if (!card) {
      card = createCard(id);
      card.update(this.#store.get(id));
      this.#cards.set(id, card);
    }
    return card;
  }

  #place(element, index) {
    const { width, height, between } = this.#cell;
    const x = (index % this.#columns) * (width + between);
    const y = Math.floor(index / this.#columns) * height;
    element.style.width = `${width}px`;
    element.style.height = `${height - between}px`;
    element.style.transform = `translate(${x}px, ${y}px)`;
  }

  #drawState() {
    const { list } = this.#store;
    const kind = list.error ? 'error' : list.ids.length === 0 && list.complete ? 'empty' : list.loading && list.ids.length > 0 ? 'loading' : 'none';
    const { state } = this.#parts;
    const signature = `${kind}:${list.error?.code ?? ''}:${list.filter.status}:${list.filter.storage}`;
    if (state.dataset.shows === signature) return;
    state.dataset.shows = signature;
    fill(state, this.#stateContent(kind, list));
  }

  #stateContent(kind, { error, filter }) {
    if (kind === 'loading') return h('p', { class: 'hint', role: 'status' }, t('gallery.loading'));
    if (kind === 'error') {
      const { what, todo } = describe(error);
      return h('div', { class: 'empty', role: 'alert' }, h('h2', null, t('gallery.failed')), h('p', null, sentences(what, todo)),
        h('button', { type: 'button', onclick: () => this.#store.more() }, t('gallery.retry')));
    }
    if (kind !== 'empty') return null;
    return filter.status || filter.storage
      ? h('div', { class: 'empty' }, h('h2', null, t('gallery.none.title')), h('p', null, t('gallery.none.body')),
        h('a', { class: 'button', href: filterAddress({}), 'data-route': true }, t('gallery.none.reset')))
      : h('div', { class: 'empty' }, h('div', { class: 'empty-art', 'aria-hidden': 'true' }, h('span'), h('span'), h('span')),
        h('h2', null, t('gallery.empty.title')), h('p', null, t('gallery.empty.body')));
  }

  /** Arrow keys walk the grid; Tab works as everywhere. */
  #move(event) {
    const id = event.target.closest('li')?.dataset.id;
    const { ids } = this.#store.list;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.#columns, ArrowDown: this.#columns, Home: -Infinity, End: Infinity }[event.key];
    if (!id || step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const to = Math.min(ids.length - 1, Math.max(0, ids.indexOf(id) + step));
    const y = Math.floor(to / this.#columns) * this.#cell.height + this.#parts.grid.getBoundingClientRect().top;
    if (y < 90 || y + this.#cell.height > innerHeight) scrollBy(0, y - (y < 90 ? 90 : innerHeight - this.#cell.height - 16));
    this.#draw();
    this.#cards.get(ids[to])?.link.focus({ preventScroll: true });
  }

  /** A remote link ends by the clock, without a message: the server is asked once what is left. */
  #lookWhenOver({ id, video }) {
    const end = video?.storage === 'remote' && Date.parse(video.remote_expires_at);
    if (!end || end > now() || this.#over.has(id)) return;
    this.#over.add(id);
    this.#store.refresh(id);
  }

  #tick() {
    if (document.hidden || !this.element.isConnected) return;
    for (const [id, card] of this.#cards) {
      const workspace = this.#store.get(id);
      if (!workspace) continue;
      card.tick(workspace);
      this.#lookWhenOver(workspace);
    }
  }
}
