// The form that says what a video should be: only what the chosen model takes, checked as it is typed. Used to make and to ask again.
import { fill, h, icon, newId, setAttribute, setText } from './dom.js';
import { number, seconds } from './format.js';
import { t } from './i18n.js';

/** What a new request starts with; the fields of a former one where there is one. */
export function startingValues(catalogue, former) {
  const model = modelOf(catalogue, former?.model) ?? modelOf(catalogue, catalogue.default) ?? catalogue.models[0];
  return suited(model, {
    model: model.name,
    prompt: former?.prompt ?? '',
    negative_prompt: former?.negative_prompt ?? '',
    resolution: former?.resolution ?? null,
    duration: former?.duration ?? null,
    seed: former?.seed ?? '',
    prompt_extend: former?.prompt_extend ?? true,
    watermark: former?.watermark ?? false,
  });
}

export const modelOf = (catalogue, name) => catalogue.models.find(model => model.name === name);

/** As the API wants it: nothing where a field is left empty. */
export function requestOf(values) {
  const request = {
    prompt: values.prompt.trim(), model: values.model, resolution: values.resolution, duration: values.duration,
    prompt_extend: values.prompt_extend, watermark: values.watermark,
  };
  if (values.negative_prompt.trim()) request.negative_prompt = values.negative_prompt.trim();
  if (String(values.seed).trim() !== '') request.seed = Number(values.seed);
  return request;
}

/**
 * The fields. They write into values, which survive when the form is built anew (another language).
 * check() marks what is wrong and puts the focus there; showErrors() marks what the server found;
 * clear() empties the texts that are still as they were sent, and gives their controls.
 */
export function askFields({ catalogue, values, onChange = () => {} }) {
  const changed = () => { refresh(); onChange(); };
  const model = () => modelOf(catalogue, values.model);
  const wrong = {};

  const prompt = textField({ name: 'prompt', label: t('ask.prompt'), hint: t('ask.prompt.hint'), rows: 4, placeholder: t('ask.prompt.placeholder'), required: true });
  const negative = textField({ name: 'negative_prompt', label: t('ask.negative'), rows: 2 });
  const seed = seedField();
  const modelField = selectField('model', t('ask.model'), catalogue.models.map(({ name }) =>
    ({ value: name, text: name === catalogue.default ? t('ask.model.default', { name }) : name })), choose);
  const resolution = h('div');
  const duration = h('div');

  const more = h('details', { class: 'more', open: Boolean(values.negative_prompt || values.seed !== '') },
    h('summary', null, t('ask.more')),
    h('div', { class: 'stack' }, negative.element, seed.element,
      toggle('prompt_extend', t('ask.extend')), toggle('watermark', t('ask.watermark'))));

  const element = h('div', { class: 'stack ask-fields' }, prompt.element, modelField, h('div', { class: 'pair' }, resolution, duration), more);

  function choose(name) {
    values.model = name;
    Object.assign(values, suited(model(), values));
    build();
    changed();
  }

  function build() {
    const { resolutions, durations } = model();
    fill(resolution, choices('resolution', t('ask.resolution'), resolutions.map(value => ({ value, text: value }))));
    fill(duration, choices('duration', t('ask.duration'), durations.map(value => ({ value, text: value === -1 ? t('ask.duration.free') : seconds(value) }))));
  }

  function refresh() {
    prompt.count(promptLimit(model(), values.prompt));
    negative.count(model().negative_prompt_limit);
  }

  function check() {
    const { seed: range, negative_prompt_limit: negativeLimit } = model();
    const text = String(values.seed).trim();
    const found = {
      prompt: values.prompt.trim() === '' ? t('ask.required') : over(values.prompt, promptLimit(model(), values.prompt)),
      negative_prompt: over(values.negative_prompt, negativeLimit),
      seed: text === '' || (/^-?\d+$/.test(text) && Number(text) >= range.min && Number(text) <= range.max)
        ? null : t('ask.seed.wrong', { min: range.min, max: number(range.max) }),
    };
    return mark(found);
  }

  /** True if nothing was marked. */
  function mark(found) {
    let first = null;
    for (const [name, field] of Object.entries({ prompt, negative_prompt: negative, seed })) {
      wrong[name] = found[name] ?? null;
      field.mark(wrong[name]);
      if (wrong[name]) first ??= field.control;
    }
    if (first && more.contains(first)) more.open = true;
    first?.focus();
    return !first;
  }

  function clear(sent) {
    const spent = Object.entries({ prompt, negative_prompt: negative }).filter(([name]) => values[name] === sent[name]);
    for (const [name, { control }] of spent) control.value = values[name] = '';
    if (spent.length > 0) changed();
    return spent.map(([, { control }]) => control);
  }

  function textField({ name, label, hint, rows, placeholder, required }) {
    const [id, hintId, countId, errorId] = [newId(name), newId('hint'), newId('count'), newId('error')];
    const error = h('p', { id: errorId, class: 'error' });
    const count = h('span', { id: countId, class: 'count' });
    const control = h('textarea', {
      id, rows, placeholder, name, required, 'aria-describedby': [hint && hintId, countId, errorId].filter(Boolean).join(' '),
      value: values[name],
      onkeydown: event => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.isComposing) control.form?.requestSubmit(); },
      oninput: () => { values[name] = control.value; control.removeAttribute('aria-invalid'); setText(error, ''); changed(); },
    });
    return {
      control,
      element: h('div', { class: 'field' },
        h('label', { for: id }, label), hint && h('p', { id: hintId, class: 'hint' }, hint),
        control, h('div', { class: 'under' }, error, count)),
      mark: text => { setAttribute(control, 'aria-invalid', text ? 'true' : null); setText(error, text ?? ''); },
      count(limit) {
        const excess = over(control.value, limit);
        setText(count, t('ask.count', { n: number(control.value.length), max: number(limit) }));
        count.classList.toggle('bad', Boolean(excess));
        if (excess || control.getAttribute('aria-invalid')) this.mark(excess ?? wrong[name]);
      },
    };
  }

  function seedField() {
    const [id, hintId, errorId] = [newId('seed'), newId('hint'), newId('error')];
    const error = h('p', { id: errorId, class: 'error' });
    const control = h('input', {
      id, name: 'seed', inputmode: 'numeric', autocomplete: 'off', 'aria-describedby': `${hintId} ${errorId}`, value: values.seed,
      oninput: () => { values.seed = control.value; control.removeAttribute('aria-invalid'); setText(error, ''); changed(); },
    });
    return {
      control,
      element: h('div', { class: 'field' }, h('label', { for: id }, t('ask.seed')), control, h('p', { id: hintId, class: 'hint' }, t('ask.seed.hint')), error),
      mark: text => { setAttribute(control, 'aria-invalid', text ? 'true' : null); setText(error, text ?? ''); },
    };
  }

  /** A few choices stand side by side; many go into a list. */
  function choices(name, label, options) {
    const set = value => { values[name] = value; changed(); };
    if (options.length > 4) return selectField(name, label, options, set);

    const group = newId(name);
    return h('fieldset', { class: 'field segments' }, h('legend', null, label),
      h('div', { class: 'segment-row' }, options.map(option => h('label', null,
        h('input', { type: 'radio', name: group, value: option.value, checked: option.value === values[name], onchange: () => set(option.value) }),
        h('span', null, option.text)))));
  }

  function selectField(name, label, options, set) {
    const id = newId(name);
    const select = h('select', { id, name, onchange: () => set(options[select.selectedIndex].value) },
      options.map(option => h('option', { value: option.value }, option.text)));
    select.value = values[name];
    return h('div', { class: 'field' }, h('label', { for: id }, label), select);
  }

  function toggle(name, label) {
    const control = h('input', { type: 'checkbox', name, checked: values[name], onchange: () => { values[name] = control.checked; changed(); } });
    return h('label', { class: 'check' }, control, h('span', null, label));
  }

  build();
  refresh();
  return { element, check, clear, focus: () => prompt.control.focus(), showErrors: errors => mark(firstTexts(errors)) };
}

/** A line under a form that says what went wrong with sending it. */
export function errorBox({ what, todo, detail, trace }) {
  return [icon('warning'), h('div', null, h('p', null, h('strong', null, what), t('gap'), todo), detail && h('p', { class: 'hint' }, detail), trace && h('p', { class: 'hint' }, trace))];
}

const hanCharacter = /[\u3400-\u9FFF]/;

function promptLimit(model, prompt) {
  return model.chinese_prompt_limit && hanCharacter.test(prompt) ? model.chinese_prompt_limit : model.prompt_limit;
}

/** Counted as the server counts: UTF-16 units. */
function over(text, limit) {
  return text.length > limit ? t('ask.count.over', { n: text.length - limit }) : null;
}

/** Keeps what the model takes of the values, and its defaults for the rest. */
function suited(model, values) {
  return {
    ...values,
    resolution: model.resolutions.includes(values.resolution) ? values.resolution : model.default_resolution,
    duration: model.durations.includes(values.duration) ? values.duration : model.default_duration,
  };
}

const firstTexts = errors => Object.fromEntries(Object.entries(errors).map(([name, texts]) => [name, [texts].flat()[0]]));
