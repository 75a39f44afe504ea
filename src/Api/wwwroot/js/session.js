// Where the server wants keys: one dialog, however many requests were refused, then all of them go on.
import { startSession, whenUnauthenticated } from './api.js';
import { ask } from './dialog.js';
import { h, newId, setText } from './dom.js';
import { t } from './i18n.js';
import { sentence } from './words.js';

/** @param onStart called after a key was accepted: the live connection can be opened now. */
export function guard(onStart) {
  let asking = null;
  whenUnauthenticated(() => {
    asking ??= askForKey().finally(() => { asking = null; }).then(accepted => { if (accepted) onStart(); return accepted; });
    return asking;
  });
}

function askForKey() {
  const [inputId, errorId] = [newId('key'), newId('key-error')];
  const error = h('p', { id: errorId, class: 'error', role: 'alert' });
  const input = h('input', { id: inputId, type: 'password', autocomplete: 'current-password', required: true, autofocus: true, 'aria-describedby': errorId });

  return ask({
    title: t('key.title'), body: t('key.body'), yes: t('key.confirm'), mayLeave: false,
    content: h('div', { class: 'field' }, h('label', { for: inputId }, t('key.label')), input, error),
    onYes: async () => {
      try {
        await startSession(input.value.trim());
        return true;
      } catch (failure) {
        setText(error, failure.code === 'unauthenticated' ? t('key.wrong') : t('key.failed', { why: sentence(failure) }));
        input.setAttribute('aria-invalid', 'true');
        input.select();
        return undefined;
      }
    },
  });
}
