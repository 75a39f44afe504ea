// Builds elements. Text is always a text node, so nothing from the server can become markup.

const asProperty = new Set(['value', 'checked', 'disabled', 'hidden', 'muted', 'open', 'multiple', 'required', 'indeterminate']);

/** h('button', { class: 'primary', onclick }, 'Make') */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'class') element.className = value;
    else if (name === 'dataset') Object.assign(element.dataset, value);
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (asProperty.has(name)) element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...present(children));
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren(...present(children));
  return element;
}

/** Writes only what differs: screen readers and the layout hear of real changes alone. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value === true ? '' : value);
}

let ids = 0;
export const newId = prefix => `${prefix}-${++ids}`;

const strokes = {
  picture: ['M4 5h16v14H4z', 'm4 16 4.5-4.5 4 4L15 13l5 5', 'M15.5 9.5h.01'],
  play: ['M8 5.5v13l10.5-6.5z'],
  close: ['M6 6l12 12', 'M18 6 6 18'],
  back: ['M15 5l-7 7 7 7'],
  down: ['M12 4v11', 'm7 11 5 5 5-5', 'M5 20h14'],
  link: ['M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.6-5.6L12 7.3', 'M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.6 5.6l1.4-1.4'],
  warning: ['M12 4 2.8 19.5h18.4z', 'M12 10v4.5', 'M12 17.2h.01'],
  check: ['m5 12.5 4.5 4.5L19 7.5'],
  again: ['M19.5 12a7.5 7.5 0 1 1-2.2-5.3', 'M19.5 3.5v4h-4'],
  trash: ['M5 7h14', 'M10 7V4.5h4V7', 'M7 7l1 12.5h8L17 7'],
  plus: ['M12 5v14', 'M5 12h14'],
};

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  for (const d of strokes[name]) {
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

const present = children => children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false);
