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
    let answer = false;

    const leave = mayLeave && h('button', { type: 'button', autofocus: !content, onclick: () => dialog.close() }, t('action.keep'));
    const confirmButton = h('button', { type: 'submit', class: danger ? 'danger' : 'primary' }, yes);
    const form = h('form', {
      method: 'dialog',
      onsubmit: async event => {
        event.preventDefault();
        confirmButton.disabled = true;
        const result = await onYes();
        confirmButton.disabled = false;
        if (result === undefined) return;
        answer = result;
        dialog.close();
      },
    }, h('h2', { id: titleId }, title), h('p', { id: bodyId }, body), content, h('div', { class: 'row end' }, leave, confirmButton));

    const dialog = h('dialog', { 'aria-labelledby': titleId, 'aria-describedby': bodyId }, form);
    dialog.addEventListener('cancel', event => mayLeave || event.preventDefault());
    dialog.addEventListener('close', () => {
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
