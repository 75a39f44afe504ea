// Where we are, read from the address: filters in the query, the view in the hash. Works on any plain file server.

const statuses = ['queued', 'submitting', 'unsettled', 'processing', 'downloading', 'completed', 'failed', 'cancelled', 'expired'];
const storages = ['local', 'remote', 'none'];

export function here() {
  const query = new URLSearchParams(location.search);
  const filter = { status: known(query.get('status'), statuses), storage: known(query.get('storage'), storages) };
  const workspace = /^#\/w\/([0-9a-f]{24})$/.exec(location.hash);
  if (workspace) return { view: 'workspace', id: workspace[1], filter };
  return { view: location.hash === '#/storage' ? 'storage' : 'gallery', filter };
}

export function filterAddress({ status, storage }) {
  const query = new URLSearchParams();
  if (status) query.set('status', status);
  if (storage) query.set('storage', storage);
  const text = query.toString();
  return location.pathname + (text ? `?${text}` : '');
}

export const galleryAddress = () => location.pathname + location.search;
export const workspaceAddress = id => `#/w/${id}`;

export function go(address) {
  history.pushState(null, '', address);
  dispatchEvent(new PopStateEvent('popstate'));
}

/** Calls back on every change of place. Links marked data-route move without loading the page again. */
export function startRouter(onMove) {
  addEventListener('popstate', () => onMove(here()));
  document.addEventListener('click', event => {
    const link = event.target.closest?.('a[data-route]');
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(link.getAttribute('href'));
  });
}

const known = (value, words) => (words.includes(value) ? value : null);
export { statuses, storages };
