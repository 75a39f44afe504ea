// Numbers, sizes and times as a person reads them, in the chosen language and the local time zone.
import { locale, t } from './i18n.js';

let skew = 0;

/** The server's clock decides how much time is left; its Date header tells how far off ours is. */
export function noteServerTime(header) {
  const theirs = Date.parse(header ?? '');
  if (!Number.isNaN(theirs)) skew = Math.abs(theirs - Date.now()) > 2000 ? theirs - Date.now() : 0;
}

export const now = () => Date.now() + skew;

export const number = value => new Intl.NumberFormat(locale).format(value);

/** Small shares are not nothing. */
export const percent = share => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: share > 0 && share < 0.01 ? 1 : 0 }).format(share);

export function bytes(value) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(value, 1)) / 3));
  return new Intl.NumberFormat(locale, {
    style: 'unit', unit: units[step], unitDisplay: step === 0 ? 'long' : 'short', maximumFractionDigits: step < 2 ? 0 : 1,
  }).format(value / 1000 ** step);
}

export const seconds = value =>
  new Intl.NumberFormat(locale, { style: 'unit', unit: 'second', unitDisplay: t('second.form'), maximumFractionDigits: 1 }).format(value);

/** 1:42, or 1:02:09 from an hour on. */
export function clock(milliseconds) {
  const all = Math.max(0, Math.floor(milliseconds / 1000));
  const [hours, minutes, rest] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = part => String(part).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export const elapsed = since => clock(now() - Date.parse(since));

/** How long a remote link still lives, in words. */
export function timeLeft(until) {
  if (!until) return t('left.unknown');
  const minutes = Math.floor((Date.parse(until) - now()) / 60_000);
  if (minutes < 0) return t('left.over');
  if (minutes < 1) return t('left.moment');
  if (minutes < 60) return t('left.minutes', { n: minutes });
  if (minutes < 48 * 60) return t('left.hours', { n: Math.floor(minutes / 60) });
  return t('left.days', { n: Math.floor(minutes / 1440) });
}

export const dateTime = iso => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(iso));

export const shortTime = iso => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
