// Questions before something is done. A native <dialog> traps the focus, closes on Escape and gives the focus back.
import { h, newId } from './dom.js';
import { t } from './i18n.js';

/** Resolves to true only if the person confirms. The safe answer has the focus. */
export function confirm({ title, body, yes, danger = false }) {
  return ask({
    title, body, danger, yes,
    content: null,
    onYes: () => true,
  });
}

/** @param onYes gives what the dialog resolves to, or undefined to stay open. Resolves to false when it is left. */
export function ask({ title, body, content, yes, danger = false, mayLeave = true, onYes }) {
  return new Promise(resolve => {
    const [titleId, bodyId] = [newId('dialog-title'), newId('dialog-body')];
    const before = document.activeElement;

    // At once, not with the dialog's "close" event: that comes later, and whoever asks again meanwhile would not be heard.
    const finish = answer => {
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(answer);
    };

    const leave = mayLeave && h('button', { type: 'button', autofocus: !content, onclick: () => finish(false) }, t('action.keep'));
    const confirmButton = h('button', { type: 'submit', class: danger ? 'danger' : 'primary' }, yes);
    const form = h('form', {
      method: 'dialog',
      onsubmit: async event => {
        event.preventDefault();
        confirmButton.disabled = true;
        const result = await onYes();
        confirmButton.disabled = false;
        if (result !== undefined) finish(result);
      },
    }, h('h2', { id: titleId }, title), h('p', { id: bodyId }, body), content, h('div', { class: 'row end' }, leave, confirmButton));

    const dialog = h('dialog', { 'aria-labelledby': titleId, 'aria-describedby': bodyId }, form);
    dialog.addEventListener('cancel', event => {
      event.preventDefault();
      if (mayLeave) finish(false);
    });
    dialog.addEventListener('close', () => finish(false));
    document.body.append(dialog);
    dialog.showModal();
  });
}
