// Two languages: the browser's, unless a person has chosen; the choice is remembered.

const available = { 'en': () => import('./i18n/en.js'), 'zh-CN': () => import('./i18n/zh-CN.js') };
const remembered = 'language';
let messages = {};

export const languages = [{ tag: 'en', name: 'English' }, { tag: 'zh-CN', name: '简体中文' }];
export let language = 'en';

/** For numbers and dates: the person's own region where it speaks the chosen language (en-GB, zh-TW). */
export let locale = 'en';

export async function startLanguage() {
  const asked = [recall(), ...navigator.languages].filter(Boolean);
  for (const tag of asked) {
    if (/^zh\b/i.test(tag)) return load('zh-CN');
    if (/^en\b/i.test(tag)) return load('en');
  }
  return load('en');
}

export async function chooseLanguage(tag) {
  await load(tag);
  try {
    localStorage.setItem(remembered, tag);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
}

/** t('left.hours', { n: 5 }). A message is a text with {names}, or a function where grammar decides. */
export function t(key, values) {
  const message = messages[key];
  if (message === undefined) return key;
  if (typeof message === 'function') return message(values ?? {});
  return values ? message.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole) : message;
}

/** One after the other, with the space that the language puts between them. */
export const sentences = (...texts) => texts.filter(Boolean).join(t('gap'));

export const has = key => messages[key] !== undefined;

async function load(tag) {
  messages = (await available[tag]()).default;
  language = tag;
  locale = navigator.languages.find(own => own.split('-')[0] === tag.split('-')[0]) ?? tag;
  document.documentElement.lang = tag;
}

function recall() {
  try {
    return localStorage.getItem(remembered);
  } catch {
    return null;
  }
}
