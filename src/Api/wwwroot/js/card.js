// One video in the gallery. Built once, then told what changed; nothing in it ever moves anything else.
import { h, icon, setAttribute, setText } from './dom.js';
import { workspaceAddress } from './router.js';
import { candidatesOf, fetchedShare, nameOf, statusLine, storageWord, tone } from './words.js';
import { isRunning } from './store.js';

/** For its turn, or for a person: a bar moves only where something does. */
const waits = video => video.status === 'queued' || candidatesOf(video).length > 0;

export function createCard(id) {
  const image = h('img', { alt: '', decoding: 'async', loading: 'lazy', draggable: 'false' });
  image.addEventListener('load', () => image.classList.add('shown'));
  image.addEventListener('error', () => { image.hidden = true; });
  const bar = h('div', { class: 'bar-fill' });
  const progress = h('div', { class: 'card-progress', 'aria-hidden': 'true' }, bar);
  const play = h('span', { class: 'card-play' }, icon('play'));
  const name = h('span', { class: 'card-name' });
  const status = h('span', { class: 'card-status' });
  const storage = h('span', { class: 'card-storage' });
  const link = h('a', { class: 'card', href: workspaceAddress(id), 'data-route': true },
    h('span', { class: 'card-poster' }, image, play, progress), name, h('span', { class: 'card-line' }, h('span', { class: 'dot' }), status), storage);
  const element = h('li', { dataset: { id } }, link);

  let poster = null;
  return {
    element,
    link,
    update(workspace) {
      const { video } = workspace;
      const wanted = video?.thumbnail_url ?? workspace.image?.url ?? null;
      if (wanted !== poster) {
        poster = wanted;
        image.classList.remove('shown');
        setAttribute(image, 'src', wanted);
        image.hidden = !wanted;
      }
      element.dataset.status = video?.status ?? 'none';
      element.dataset.storage = video?.storage ?? 'none';
      element.dataset.tone = tone(video);
      setText(name, nameOf(workspace));
      setText(storage, storageWord(video) ?? '\u00A0');
      play.hidden = !video?.url || isRunning(workspace);
      const share = video ? fetchedShare(video) : null;
      progress.hidden = !isRunning(workspace) || waits(video);
      progress.classList.toggle('open-ended', share === null);
      bar.style.width = share === null ? '' : `${share * 100}%`;
      this.tick(workspace);
    },
    /** What changes with the clock alone. */
    tick(workspace) {
      setText(status, statusLine(workspace));
      if (workspace.video?.storage === 'remote') setText(storage, storageWord(workspace.video));
    },
  };
}
