// The state of a video, and every error, as a sentence: one place for the gallery, the close look and the toasts.
import { has, sentences, t } from './i18n.js';
import { elapsed, percent, timeLeft } from './format.js';
import { isRunning, isTerminal } from './store.js';

export const nameOf = workspace => workspace.name?.trim() || t('gallery.untitled');

export const candidatesOf = video => (video?.status === 'unsettled' && video.error?.candidates) || [];

export function statusWord(video) {
  if (!video) return t('status.none');
  if (video.status === 'completed' && video.storage === 'none') return t('status.lost');
  return candidatesOf(video).length > 0 ? t('status.choose') : t(`status.${video.status}`);
}

/** The word, and how far it is: a share where one is known, else the time since it was asked. */
export function statusLine(workspace) {
  const { video } = workspace;
  if (!video || !isRunning(workspace)) return statusWord(video);
  const share = fetchedShare(video);
  const measure = share !== null ? percent(share) : video.requested_at ? elapsed(video.requested_at) : null;
  return measure ? `${statusWord(video)} · ${measure}` : statusWord(video);
}

export function fetchedShare({ status, progress }) {
  return status === 'downloading' && progress?.total > 0 ? Math.min(1, progress.received / progress.total) : null;
}

/** Where the bytes are. Null where there never were any, and nothing is missing. */
export function storageWord(video) {
  if (!video) return null;
  if (video.storage === 'local') return t('storage.local');
  if (video.storage === 'remote') return t('storage.remote.left', { left: timeLeft(video.remote_expires_at) });
  return video.status === 'expired' || video.status === 'completed' ? t('storage.gone') : null;
}

/** One word for colours: 'active', 'good', 'risk', 'bad' or 'quiet'. */
export function tone(video) {
  if (!video || video.status === 'cancelled') return 'quiet';
  if (video.status === 'failed' || video.status === 'expired') return 'bad';
  if (video.status === 'unsettled') return 'risk';
  if (!isTerminal(video.status)) return 'active';
  return video.storage === 'local' ? 'good' : video.storage === 'remote' ? 'risk' : 'bad';
}

export function explanation(video) {
  if (!video) return t('explain.none');
  if (candidatesOf(video).length > 0) return t('explain.choose');
  const key = video.status === 'completed' ? `explain.completed.${video.storage}` : `explain.${video.status}`;
  const replacing = !isTerminal(video.status) && video.storage === 'local';
  return sentences(t(key), replacing && t('explain.replacing'));
}

/** What happened, and what to do. */
export function describe(error) {
  const code = has(`error.${error.code}`) ? error.code : 'unexpected';
  const wait = error.retryAfter ? t('error.wait', { n: Math.ceil(error.retryAfter) }) : null;
  return {
    what: t(`error.${code}`),
    todo: sentences(wait, t(`error.${code}.todo`)),
    detail: error.detail ?? null,
    trace: code === 'unexpected' && error.traceId ? t('error.trace', { id: error.traceId }) : null,
  };
}

export function sentence(error) {
  const { what, todo } = describe(error);
  return sentences(what, todo);
}

/** The provider's own codes that a person can do something about (dashscope error table), by longest match. */
const providerCodes = [
  ['DataInspectionFailed', 'moderation'], ['InvalidParameter.DataInspection', 'picture'], ['IPInfringementSuspect', 'ip'],
  ['Arrearage', 'arrearage'], ['PrepaidBillOverdue', 'arrearage'], ['PostpaidBillOverdue', 'arrearage'],
  ['InvalidApiKey', 'key'], ['AccessDenied', 'access'], ['Model.AccessDenied', 'access'], ['Workspace.AccessDenied', 'access'],
  ['Endpoint.AccessDenied', 'model'], ['CommodityNotPurchased', 'access'], ['AllocationQuota.FreeTierOnly', 'free'],
  ['Throttling.AllocationQuota', 'quota'], ['Throttling', 'throttled'], ['InvalidURL', 'picture'], ['InvalidImage', 'picture'],
  ['InvalidFile', 'picture'], ['BadRequest.InputDownloadFailed', 'picture'], ['InvalidParameter', 'parameter'],
  ['InternalError.Timeout', 'timeout'], ['InternalError', 'internal'], ['SystemError', 'internal'], ['ModelServiceFailed', 'internal'],
  ['ModelServingError', 'busy'], ['ModelUnavailable', 'busy'], ['ModelNotFound', 'model'],
].sort((a, b) => b[0].length - a[0].length);

/** Our own codes of a record (docs/errors.md), in groups that a person can tell apart. */
const ownCodes = new Map(Object.entries({
  link: ['link_expired', 'link_dead', 'no_link', 'provider_no_link', 'task_expired'],
  fetch: ['connection_lost', 'connection_refused', 'name_not_resolved', 'tls_failed', 'stalled', 'truncated', 'bad_answer', 'bad_redirect',
    'too_many_redirects', 'unasked_encoding', 'length_unknown', 'prefix_lost', 'already_receiving'],
  bytes: ['empty', 'not_a_video', 'wrong_length', 'wrong_checksum'],
  host: ['host_forbidden', 'scheme_forbidden', 'address_forbidden'],
  large: ['too_large'],
  missing: ['file_missing'],
  storage: ['storage_failed'],
  damaged: ['file_damaged', 'file_unreadable'],
  unclear: ['submit_interrupted', 'submit_unknown', 'not_listed_yet', 'shared_candidate', 'several_candidates', 'other_time', 'provider_unreadable'],
  account: ['other_account', 'endpoint_not_allowed', 'upload_host_not_allowed'],
  never: ['never_settled'],
  turn: ['queue_full', 'same_words_undecided', 'too_late_to_send'],
  silent: ['provider_unreachable', 'provider_timeout', 'provider_silent', 'task_not_visible'],
  key: ['api_key_missing'],
  picture: ['picture_missing', 'picture_unreadable', 'picture_too_large'],
  model: ['unknown_model'],
  failed: ['provider_failed'],
}).flatMap(([reason, codes]) => codes.map(code => [code, reason])));

/** Reasons that end in a promise: what is not under way any more is not tried again by itself. */
const promises = new Set(['fetch', 'bytes', 'storage', 'silent', 'turn', 'unclear']);

/** Why the queue stands still: what the provider's code means (null: not known), and what the provider said. */
export function standstill({ state, reason }) {
  const said = reason ?? state;
  return { said, meaning: problemExplanation({ status: 'queued', error: { code: said.split(':')[0].trim() } }) };
}

/** The state of one of the provider's tasks: its word, or ours for it. */
export const taskWord = status => (has(`task.${status}`) ? t(`task.${status}`) : status ?? '–');

/** What the record's error means, or null where its own words have to do. */
export function problemExplanation({ status, storage, error }) {
  if (!error?.code) return null;
  if (has(`error.${error.code}`)) return sentences(t(`error.${error.code}`), t(`error.${error.code}.todo`));
  const own = ownCodes.get(error.code);
  if (own && !(isTerminal(status) && promises.has(own))) return t(`reason.${own}`);
  // What the store of the finished videos says is about the link, whatever the provider means by the same word.
  if (status === 'expired') return t('reason.link');
  if (status === 'downloading') return t('reason.fetch');
  if (status === 'completed') return storage === 'remote' ? t('reason.unfetched') : null;   // what is left without a link stands above
  const match = providerCodes.find(([prefix]) => error.code === prefix || error.code.startsWith(`${prefix}.`));
  return match ? t(`provider.${match[1]}`) : null;
}
