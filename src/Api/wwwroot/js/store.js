// What the page knows: workspaces by id, the list of the current filter, the counts. The server is the truth; a newer version wins.
import { getStats, getWorkspace, listWorkspaces } from './api.js';

export const isTerminal = status => ['completed', 'failed', 'cancelled', 'expired'].includes(status);
export const isRunning = workspace => Boolean(workspace.video) && !isTerminal(workspace.video.status);

const firstPage = 60;
const furtherPage = 200;

export class Store extends EventTarget {
  workspaces = new Map();
  stats = null;
  list = emptyList({ status: null, storage: null });

  #forgotten = new Set();   // ids are never used again
  #fetching = new Map();
  #statsDue = null;

  // ---- the list of the current filter ----

  async show(filter) {
    if (this.list.started && same(filter, this.list.filter)) return;
    this.list = emptyList(filter);
    this.#tell('list');
    await this.more();
  }

  /** The next page, if there is one and none is on its way. */
  async more() {
    const list = this.list;
    if (list.loading || list.complete) return;
    Object.assign(list, { started: true, loading: true, error: null });
    this.#tell('list');
    try {
      const page = await listWorkspaces({ ...list.filter, cursor: list.cursor, limit: list.ids.length === 0 ? firstPage : furtherPage });
      if (list !== this.list) return;
      const seen = new Set(list.ids);
      for (const workspace of page.items) {
        this.#keep(workspace);
        if (!seen.has(workspace.id) && this.#belongs(workspace.id, list)) list.ids.push(workspace.id);
      }
      list.cursor = page.next_cursor;
      list.complete = !page.next_cursor;
    } catch (error) {
      list.error = error;
    } finally {
      list.loading = false;
      if (list === this.list) this.#tell('list');
    }
  }

  /** After a lost connection: everything that is loaded is read again, page by page, and the list becomes what the server has. */
  async resync() {
    const list = this.list;
    const wanted = Math.max(list.ids.length, firstPage);
    const fresh = [];
    let cursor = null;
    do {
      const page = await listWorkspaces({ ...list.filter, cursor, limit: wanted > furtherPage ? furtherPage : firstPage });
      if (list !== this.list) return;
      page.items.forEach(workspace => this.#keep(workspace));
      fresh.push(...page.items.map(workspace => workspace.id));
      cursor = page.next_cursor;
    } while (cursor && fresh.length < wanted);

    // What was on an earlier page may have been deleted, or have left the filter, while a later one was read.
    const there = fresh.filter(id => this.#belongs(id, list));
    const inList = new Set(there);
    const newer = list.ids.filter(id => !inList.has(id) && this.#arrivedSince(id, there));
    for (const id of list.ids) {
      if (!inList.has(id) && !newer.includes(id)) this.refresh(id);
    }
    Object.assign(list, { ids: [...newer, ...there], cursor, complete: !cursor, error: null, started: true });
    this.#tell('list');
    this.refreshStats().catch(() => {});   // asked again every minute
  }

  /** Only the newest page: what polling needs. */
  async refreshHead() {
    const list = this.list;
    const page = await listWorkspaces({ ...list.filter, limit: firstPage });
    if (list !== this.list) return;
    const there = new Set(page.items.map(workspace => workspace.id));
    const covered = page.next_cursor ? list.ids.slice(0, page.items.length) : list.ids;
    const gone = covered.filter(id => !there.has(id));
    page.items.forEach(workspace => this.put(workspace));
    gone.forEach(id => this.refresh(id));
  }

  // ---- single workspaces ----

  get(id) {
    return this.workspaces.get(id);
  }

  put(workspace) {
    if (this.#keep(workspace)) this.#place(workspace.id);
  }

  /** Asks the server for one workspace; many wishes for the same one become one request. Null if it is gone; fails if nobody knows. */
  read(id) {
    if (!this.#fetching.has(id)) {
      this.#fetching.set(id, getWorkspace(id)
        .then(workspace => { this.put(workspace); return this.get(id) ?? null; })
        .catch(error => {
          if (error.code !== 'not_found') throw error;
          this.forget(id);
          return null;
        })
        .finally(() => this.#fetching.delete(id)));
    }
    return this.#fetching.get(id);
  }

  /** As read, for those to whom what is known already is enough until the next time. */
  refresh(id) {
    return this.read(id).catch(() => null);
  }

  forget(id) {
    this.#forgotten.add(id);
    if (!this.workspaces.delete(id)) return;
    this.#remove(id);
    this.dispatchEvent(new CustomEvent('deleted', { detail: { id } }));
    this.statsSoon();
  }

  // ---- live messages ----

  /** All that is not finished. Whatever we hold as unfinished and is missing here has moved on, so it is asked for. */
  applySnapshot(workspaces) {
    const running = new Set(workspaces.map(workspace => workspace.id));
    workspaces.forEach(workspace => this.put(workspace));
    for (const workspace of this.workspaces.values()) {
      if (isRunning(workspace) && !running.has(workspace.id)) this.refresh(workspace.id);
    }
  }

  async applyVideo(id, version, video) {
    if (!this.workspaces.has(id)) {
      this.statsSoon();
      await this.refresh(id);   // its answer may be older than this message
    }
    const known = this.workspaces.get(id);
    if (known) this.put({ ...known, version, video });
  }

  // ---- counts ----

  async refreshStats() {
    clearTimeout(this.#statsDue);
    this.#statsDue = null;
    this.stats = await getStats();
    this.#tell('stats');
  }

  /** Many changes in a row lead to one question; if it fails, the next change or the next minute asks again. */
  statsSoon() {
    this.#statsDue ??= setTimeout(() => this.refreshStats().catch(() => {}), 1500);
  }

  // ---- inside ----

  /** True if it is news. Never steps back to an older version, nor to what was deleted: an answer may be older than a message. */
  #keep(workspace) {
    if (this.#forgotten.has(workspace.id)) return false;
    const known = this.workspaces.get(workspace.id);
    if (known && workspace.version < known.version) return false;
    this.workspaces.set(workspace.id, workspace);
    this.dispatchEvent(new CustomEvent('changed', { detail: { id: workspace.id } }));
    if (known && known.video?.status !== workspace.video?.status) {
      this.dispatchEvent(new CustomEvent('moved', { detail: { id: workspace.id, to: workspace.video?.status } }));
      this.statsSoon();
    }
    return true;
  }

  /** Puts a workspace where it belongs in the list, or takes it out when the filter no longer holds. */
  #place(id) {
    const { list } = this;
    if (!list.started) return;
    const at = list.ids.indexOf(id);
    if (!matches(this.get(id), list.filter)) {
      if (at >= 0) this.#remove(id);
      return;
    }
    if (at >= 0) return;
    const place = list.ids.findIndex(other => newerFirst(this.get(id), this.get(other)) < 0);
    if (place < 0 && !list.complete) return;
    list.ids.splice(place < 0 ? list.ids.length : place, 0, id);
    this.#tell('list');
  }

  #remove(id) {
    const at = this.list.ids.indexOf(id);
    if (at < 0) return;
    this.list.ids.splice(at, 1);
    this.#tell('list');
  }

  /** Known still, and what the list's filter is for. */
  #belongs(id, { filter }) {
    const workspace = this.get(id);
    return Boolean(workspace) && matches(workspace, filter);
  }

  /** Made by us while the pages were being read, so newer than all of them. */
  #arrivedSince(id, fresh) {
    const [mine, first] = [this.get(id), this.get(fresh[0])];
    return Boolean(mine) && (!first || newerFirst(mine, first) < 0);
  }

  #tell(what) {
    this.dispatchEvent(new Event(what));
  }
}

function emptyList(filter) {
  return { filter, ids: [], cursor: null, started: false, loading: false, complete: false, error: null };
}

const same = (a, b) => a.status === b.status && a.storage === b.storage;

const matches = (workspace, { status, storage }) =>
  (!status || workspace.video?.status === status) && (!storage || workspace.video?.storage === storage);

function newerFirst(a, b) {
  if (a.created_at !== b.created_at) return a.created_at > b.created_at ? -1 : 1;
  return a.id > b.id ? -1 : a.id < b.id ? 1 : 0;
}
