// Short messages in live regions: good news politely, errors at once. Errors stay until they are dismissed.
import { h, icon } from './dom.js';
import { t } from './i18n.js';
import { sentence } from './words.js';

const shownFor = 8_000;
const most = 4;

export function say(text, link) {
  const toast = show(document.getElementById('toasts-polite'), text, link, 'toast');
  let due = setTimeout(() => toast.remove(), shownFor);
  const hold = () => clearTimeout(due);
  const release = () => { due = setTimeout(() => toast.remove(), shownFor / 2); };
  toast.addEventListener('pointerenter', hold);
  toast.addEventListener('focusin', hold);
  toast.addEventListener('pointerleave', release);
  toast.addEventListener('focusout', release);
}

export function complain(error) {
  show(document.getElementById('toasts-alert'), typeof error === 'string' ? error : sentence(error), null, 'toast bad');
}

function show(region, text, link, className) {
  while (region.childElementCount >= most) region.firstElementChild.remove();
  const toast = h('div', { class: className },
    h('p', null, text),
    link && h('a', { href: link.href, 'data-route': true, onclick: () => toast.remove() }, link.text),
    h('button', { type: 'button', class: 'plain icon-only', 'aria-label': t('action.dismiss'), onclick: () => toast.remove() }, icon('close')));
  region.append(toast);
  return toast;
}
