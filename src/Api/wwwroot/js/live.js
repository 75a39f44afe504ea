// Keeps the store right: a WebSocket, reconnected with growing, jittered pauses; while there is none, gentle polling.
import { isRunning } from './store.js';

const firstPause = 1_000;
const longestPause = 30_000;
const pollEvery = 10_000;
const pollAfterFailures = 2;

export class Live extends EventTarget {
  /** 'connecting', 'live', 'lost' (waiting to try again) or 'polling' (asking instead, and still trying). */
  state = 'connecting';
  retryAt = null;

  #store;
  #visible;
  #socket = null;
  #failures = 0;
  #everLive = false;
  #retry = null;
  #poll = null;

  /** @param visible returns the ids that a person is looking at: polling asks for those. */
  constructor(store, visible) {
    super();
    this.#store = store;
    this.#visible = visible;
  }

  start() {
    addEventListener('offline', () => this.#socket?.close());
    addEventListener('online', () => this.retryNow());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && this.state !== 'live') this.retryNow();
    });
    if (!this.#socket) this.#connect();   // a key that was entered meanwhile has opened one
  }

  retryNow() {
    if (this.state === 'live') return;
    this.#abandon();
    this.#connect();
  }

  /** Something else failed to reach the server: a socket that still looks open may be dead. */
  doubt() {
    this.#socket?.close();
  }

  #connect() {
    clearTimeout(this.#retry);
    const address = new URL('/ws', location.href);
    address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = this.#socket = new WebSocket(address);
    socket.onmessage = event => socket === this.#socket && this.#receive(JSON.parse(event.data));
    socket.onclose = () => socket === this.#socket && this.#lost();
    // A socket that never opens and never fails would leave us silent.
    setTimeout(() => socket.readyState === WebSocket.CONNECTING && socket.close(), 10_000);
  }

  #receive(message) {
    if (message.type === 'snapshot') this.#opened(message.workspaces);
    else if (message.type === 'video') this.#store.applyVideo(message.workspace_id, message.version, message.video);
    else if (message.type === 'deleted') this.#store.forget(message.workspace_id);
  }

  #opened(workspaces) {
    const again = this.#everLive || this.#failures > 0;
    this.#everLive = true;
    this.#failures = 0;
    this.#stopPolling();
    this.#set('live');
    this.#store.applySnapshot(workspaces);
    if (again) this.#resync();
  }

  /** Messages were missed; what is on the page is read again. Should that fail, the connection is in doubt too. */
  #resync() {
    this.#store.resync().then(
      () => this.dispatchEvent(new Event('restored')),
      () => this.#socket?.close());
  }

  #lost() {
    this.#failures++;
    const pause = Math.min(longestPause, firstPause * 2 ** (this.#failures - 1)) * (0.5 + Math.random() / 2);
    this.retryAt = Date.now() + pause;
    this.#retry = setTimeout(() => this.#connect(), pause);
    if (this.#failures > pollAfterFailures) this.#startPolling();
    if (this.state !== 'polling') this.#set('lost');
  }

  #abandon() {
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #startPolling() {
    this.#poll ??= setInterval(() => document.hidden || this.#ask(), pollEvery);
    if (this.state !== 'polling') this.#ask();
  }

  #stopPolling() {
    clearInterval(this.#poll);
    this.#poll = null;
  }

  async #ask() {
    try {
      await this.#store.refreshHead();
      const running = this.#visible().map(id => this.#store.get(id)).filter(workspace => workspace && isRunning(workspace));
      await Promise.all(running.slice(0, 10).map(workspace => this.#store.refresh(workspace.id)));
      await this.#store.refreshStats();
      if (this.#poll) this.#set('polling');
    } catch {
      if (this.#poll) this.#set('lost');
    }
  }

  #set(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event('state'));
  }
}
