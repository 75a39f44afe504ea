// The HTTP API, one function per call. Every failure is an ApiError with the problem's stable code.
import { noteServerTime } from './format.js';

export class ApiError extends Error {
  constructor(code, { status = 0, detail = null, errors = {}, traceId = null, retryAfter = null } = {}) {
    super(detail ?? code);
    Object.assign(this, { code, status, detail, errors, traceId, retryAfter });
  }

  /** Nobody knows whether the request arrived. The same Idempotency-Key makes asking again safe. */
  get outcomeUnknown() {
    return this.status === 0 || this.status >= 500;
  }
}

let askForKey = null;
let sessions = 0;

/** Called when the server wants a key; resolves to true once there is a session. */
export function whenUnauthenticated(ask) {
  askForKey = ask;
}

export const getModels = () => send('GET', '/api/models');
export const getStats = () => send('GET', '/api/stats');
export const getWorkspace = id => send('GET', `/api/workspaces/${id}`);
export const getVideo = id => send('GET', `/api/workspaces/${id}/video`);
export const deleteWorkspace = id => send('DELETE', `/api/workspaces/${id}`);
export const askForVideo = (id, request, key) => send('POST', `/api/workspaces/${id}/video`, { body: request, key });
export const cancelVideo = id => send('POST', `/api/workspaces/${id}/video/cancel`);
export const fetchVideo = id => send('POST', `/api/workspaces/${id}/video/download`);
export const settleVideo = (id, taskId) => send('POST', `/api/workspaces/${id}/video/settle`, { body: { task_id: taskId } });
export const startSession = key => send('POST', '/api/session', { body: { key }, mayAsk: false }).then(() => { sessions += 1; });

export const contentUrl = id => `/api/workspaces/${id}/video/content`;

export function listWorkspaces({ limit, cursor, status, storage }) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ limit, cursor, status, storage })) {
    if (value) query.set(name, value);
  }
  return send('GET', `/api/workspaces?${query}`);
}

/** Uploads a picture. XMLHttpRequest, because fetch does not tell how far an upload is. */
export async function uploadPicture({ file, name, key, onProgress, signal }) {
  for (;;) {
    const sentUnder = sessions;
    const { status, retryAfter, text } = await post(file, name, key, onProgress, signal);
    if (status === 401 && await hasSessionSince(sentUnder)) continue;
    if (status >= 200 && status < 300) return JSON.parse(text);
    throw problem(status, text, retryAfter);
  }
}

/** An opaque, hard to guess Idempotency-Key. Not crypto.randomUUID, which plain http on a local network does not have. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
}

async function send(method, path, { body, key, mayAsk = true } = {}) {
  for (;;) {
    const sentUnder = sessions;
    const response = await reach(method, path, body, key);
    noteServerTime(response.headers.get('Date'));
    if (response.status === 401 && mayAsk && await hasSessionSince(sentUnder)) continue;
    if (response.status === 204) return null;

    const text = await response.text().catch(() => { throw new ApiError('network'); });
    if (!response.ok) throw problem(response.status, text, response.headers.get('Retry-After'));
    return JSON.parse(text);
  }
}

/** A refusal that comes late, behind a key that was given meanwhile, asks for no other. */
const hasSessionSince = async sentUnder => sessions !== sentUnder || await askForKey?.();

async function reach(method, path, body, key) {
  const headers = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (key) headers['Idempotency-Key'] = key;
  try {
    return await fetch(path, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(60_000),
    });
  } catch (error) {
    throw new ApiError(error.name === 'TimeoutError' ? 'timeout' : 'network');
  }
}

function post(file, name, key, onProgress, signal) {
  const form = new FormData();
  form.append('image', file, file.name || 'picture');
  if (name) form.append('name', name);

  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/workspaces');
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Idempotency-Key', key);
    request.upload.onprogress = event => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => resolve({ status: request.status, retryAfter: request.getResponseHeader('Retry-After'), text: request.responseText });
    request.onerror = () => reject(new ApiError('network'));
    request.onabort = () => reject(new ApiError('aborted'));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(form);
  });
}

function problem(status, text, retryAfter) {
  let body = {};
  try {
    body = JSON.parse(text) ?? {};
  } catch {
    // A proxy in front may answer with its own page; the status still tells enough.
  }
  const seconds = Number(retryAfter);
  return new ApiError(body.code ?? codeOf(status), {
    status, detail: body.detail, errors: body.errors ?? {}, traceId: body.trace_id, retryAfter: seconds > 0 ? seconds : null,
  });
}

const codeOf = status =>
  ({ 401: 'unauthenticated', 403: 'forbidden', 404: 'not_found', 413: 'image_too_large', 429: 'too_many_requests', 503: 'provider_unavailable', 507: 'storage_full' })[status] ?? 'unexpected';
