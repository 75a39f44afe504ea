// Puts the page together: the bar, the notices, the view that the address names.
import { getModels } from './api.js';
import { Composer } from './make.js';
import { Detail } from './detail.js';
import { fill, h, icon, setAttribute, setText } from './dom.js';
import { Gallery } from './gallery.js';
import { guard } from './session.js';
import { chooseLanguage, language, languages, startLanguage, t } from './i18n.js';
import { Live } from './live.js';
import { filterAddress, galleryAddress, go, here, startRouter, workspaceAddress } from './router.js';
import { StorageView } from './storage.js';
import { Store } from './store.js';
import { say } from './toast.js';
import { nameOf, standstill } from './words.js';

const statsEvery = 60_000;
const patience = 500;
const most = 3;

await startLanguage();

const main = document.getElementById('main');
const store = new Store();
const live = new Live(store, () => [...gallery.visibleIds(), ...(view?.id ? [view.id] : [])]);
const composer = new Composer(store);
const gallery = new Gallery(store);
const studio = h('div', { class: 'studio' }, composer.element, gallery.element);

let view = null;
let shown = null;
let scrolled = 0;
let models = null;

history.scrollRestoration = 'manual';
guard(() => live.retryNow());
start();

async function start() {
  // One answered question first: badge and notices are in place before the page is, and where a key is needed, it is asked for once.
  const answered = store.refreshStats().catch(() => {});   // asked again every minute; the gallery says what is wrong
  await Promise.race([answered, new Promise(resolve => setTimeout(resolve, patience))]);
  buildBar();
  store.addEventListener('stats', showNotices);
  store.addEventListener('moved', ({ detail }) => announce(detail));
  live.addEventListener('state', () => { showConnection(); showNotices(); });
  live.addEventListener('restored', () => {
    if (view?.id) store.refresh(view.id);   // perhaps further down than the list has been read
    say(t('live.restored'));
  });
  composer.element.addEventListener('sent', () => {
    if (view) return;
    const { status, storage } = here().filter;
    if (status || storage) go(filterAddress({}));   // what was just made must not hide behind a filter
    gallery.reveal();
  });
  composer.element.addEventListener('wanted', () => view && go(galleryAddress()));
  setInterval(() => document.hidden || store.refreshStats().catch(error => error.status === 0 && live.doubt()), statsEvery);
  setInterval(showCountdown, 1000);

  startRouter(move);
  move(here(), true);
  await answered;
  live.start();
  offerModels();
}

function offerModels() {
  catalogue().then(found => composer.setCatalogue(found), error => composer.setUnavailable(error, offerModels));
}

/** Read once; asked for again if that failed. */
function catalogue() {
  models ??= getModels().catch(error => { models = null; throw error; });
  return models;
}

// ---- the view ----

function move(place, first = false) {
  const key = place.view === 'workspace' ? place.id : place.view;
  store.show(place.filter);
  gallery.filterChanged();
  if (key === shown) return void (first || scrollTo(0, Math.min(scrollY, studio.offsetTop)));

  const before = view;
  if (shown === 'gallery') scrolled = scrollY;
  before?.close();
  shown = key;
  view = place.view === 'workspace' ? new Detail(store, place.id, catalogue) : place.view === 'storage' ? new StorageView(store) : null;

  fill(main, view?.element ?? studio);
  showTitle();
  markNavigation(place.view);
  scrollTo(0, view ? 0 : scrolled);
  if (view) first || view.focus();
  else if (!first) requestAnimationFrame(() => requestAnimationFrame(() => gallery.focusCard(before?.id)));
}

function showTitle() {
  if (view instanceof Detail) return;
  document.title = `${t(view ? 'title.storage' : 'title.gallery')} · VideoPlatform`;
}

// ---- the bar and the notices ----

function buildBar() {
  const skip = h('a', { class: 'skip', href: '#main', onclick: event => { event.preventDefault(); main.focus(); } }, t('skip'));
  const picker = h('select', { id: 'language', 'aria-label': t('language'), onchange: () => changeLanguage(picker.value) },
    languages.map(({ tag, name }) => h('option', { value: tag, lang: tag }, name)));
  picker.value = language;

  fill(document.getElementById('bar'), skip,
    h('a', { class: 'wordmark', href: '/', 'data-route': true }, 'VideoPlatform'),
    h('span', { class: 'badge', id: 'sandbox', hidden: true, title: t('sandbox.note') }, t('sandbox')),
    h('nav', { 'aria-label': t('nav.label') },
      h('a', { href: '/', 'data-route': true, dataset: { nav: 'gallery' } }, t('nav.gallery')),
      h('a', { href: '#/storage', 'data-route': true, dataset: { nav: 'storage' } }, t('nav.storage'))),
    h('p', { class: 'connection', id: 'connection' }, h('span', { class: 'dot' }), h('span', { class: 'connection-word' })),
    picker);
  markNavigation(here().view);
  showConnection();
  showNotices();
}

async function changeLanguage(tag) {
  await chooseLanguage(tag);
  buildBar();
  composer.build();
  gallery.build();
  view?.build();
  showTitle();
  document.getElementById('language').focus();
}

function markNavigation(current) {
  for (const link of document.querySelectorAll('[data-nav]')) setAttribute(link, 'aria-current', link.dataset.nav === current ? 'page' : null);
}

function showConnection() {
  const connection = document.getElementById('connection');
  connection.dataset.state = live.state;
  setText(connection.querySelector('.connection-word'), t(`live.${live.state}`));
}

function showNotices() {
  const { stats } = store;
  document.getElementById('sandbox').hidden = !stats?.provider.sandbox;
  const notices = [];
  if (live.state === 'lost' || live.state === 'polling') {
    notices.push(notice('connection', t(`live.${live.state}.banner`), h('span', { class: 'countdown', id: 'countdown', 'aria-hidden': 'true' }), h('button', { type: 'button', onclick: () => live.retryNow() }, t('live.again'))));
  }
  if (stats && stats.queue.state !== 'running') {
    notices.push(notice('queue', t('queue.banner', { reason: standstill(stats.queue).meaning ?? standstill(stats.queue).said }), h('a', { href: '#/storage', 'data-route': true }, t('queue.details'))));
  }
  if (stats?.videos.at_risk > 0) {
    notices.push(notice('risk', t('risk.banner', { n: stats.videos.at_risk }), h('a', { href: '/?storage=remote', 'data-route': true }, t('risk.show'))));
  }

  // A notice that stands already stays as it is, so that a screen reader hears each one once.
  const region = document.getElementById('notices');
  const standing = new Map([...region.children].map(element => [element.dataset.shows, element]));
  const wanted = notices.map(element => standing.get(element.dataset.shows) ?? element);
  for (const element of standing.values()) if (!wanted.includes(element)) element.remove();
  for (const element of wanted) if (!element.isConnected) region.append(element);
  showCountdown();
}

const notice = (kind, text, ...more) => h('div', { class: 'notice', dataset: { notice: kind, shows: `${kind}: ${text}` } }, icon('warning'), h('p', null, text), more);

function showCountdown() {
  const countdown = document.getElementById('countdown');
  if (!countdown || !live.retryAt) return;
  setText(countdown, t('live.in', { n: Math.max(0, Math.ceil((live.retryAt - Date.now()) / 1000)) }));
}

// ---- news ----

let recent = 0;
let unsaid = 0;

/** Says what a person is waiting for; many at once become one sentence. */
function announce({ id, to }) {
  if (!['completed', 'failed', 'expired', 'unsettled'].includes(to)) return;
  if (recent >= most) {
    unsaid++;
    return;
  }
  recent++;
  const workspace = store.get(id);
  say(t(`toast.${to}`, { name: nameOf(workspace) }), view?.id === id ? null : { href: workspaceAddress(id), text: t('toast.open') });
  setTimeout(() => {
    recent--;
    if (recent === 0 && unsaid > 0) say(t('toast.many', { n: unsaid }));
    if (recent === 0) unsaid = 0;
  }, 5_000);
}
