// Reads a picture before it is sent: what it really is, how large, and whether the chosen model takes it.
import { bytes, number } from './format.js';
import { t } from './i18n.js';

/** The server's own limit of an upload unless it is configured otherwise; it has the last word (413). */
const uploadLimit = 20_971_520;

export const typeName = type => ({ 'image/jpeg': 'JPEG', 'image/png': 'PNG', 'image/bmp': 'BMP', 'image/webp': 'WebP', 'image/gif': 'GIF', 'image/avif': 'AVIF' })[type] ?? type;

/** Dimensions are null if the browser cannot show it; no bytes at all can be read of a folder, or of a file that is gone again. */
export async function read(file) {
  const head = new Uint8Array(await file.slice(0, 64 * 1024).arrayBuffer().catch(() => new ArrayBuffer(0)));
  const type = typeOf(head) ?? file.type;
  const url = URL.createObjectURL(file);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
    return { url, type, size: file.size, width: image.naturalWidth, height: image.naturalHeight, alpha: type === 'image/png' && hasAlpha(head) };
  } catch {
    return { url, type, size: file.size, width: null, height: null, alpha: false };
  }
}

/** Everything that is wrong with it for this model: { text, canFit }. Empty: it can be sent. */
export function flaws(picture, limits) {
  if (picture.width === null) return [{ text: t('picture.unreadable'), canFit: false }];

  const { width, height } = picture;
  const most = Math.min(limits.max_bytes, uploadLimit);
  const aspect = Math.max(width, height) / Math.min(width, height);
  const found = [];
  if (!limits.content_types.includes(picture.type)) {
    found.push({ text: t('picture.type', { type: typeName(picture.type), types: limits.content_types.map(typeName).join(', ') }), canFit: true });
  }
  if (Math.min(width, height) < limits.min_side) found.push({ text: t('picture.small', { width, height, min: limits.min_side }), canFit: false });
  if (Math.max(width, height) > limits.max_side) found.push({ text: t('picture.large', { width, height, max: number(limits.max_side) }), canFit: true });
  if (limits.max_aspect && aspect > limits.max_aspect) found.push({ text: t('picture.aspect', { max: limits.max_aspect }), canFit: false });
  if (picture.alpha && !limits.alpha) found.push({ text: t('picture.alpha'), canFit: true });
  if (picture.size > most) found.push({ text: t('picture.bytes', { bytes: bytes(picture.size), max: bytes(most) }), canFit: true });
  return found;
}

/** A JPEG copy within the limits: on white where it was transparent, scaled down where it was too large. Fails where the browser cannot draw it. */
export async function fitted(file, picture, limits) {
  const most = Math.min(limits.max_bytes, uploadLimit);
  const image = new Image();   // draws all that can be shown, an SVG too
  image.src = picture.url;
  await image.decode();
  let scale = Math.min(1, limits.max_side / Math.max(picture.width, picture.height));
  for (;;) {
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const pen = canvas.getContext('2d', { alpha: false });
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise(resolve => canvas.toBlob(resolve, 'image/jpeg', 0.95));
    if (blob && blob.size <= most) return new File([blob], `${file.name.replace(/\.\w+$/, '')}.jpg`, { type: 'image/jpeg' });
    scale *= 0.8;
  }
}

export const baseName = file => file.name.replace(/\.[^.]+$/, '').slice(0, 200);

function typeOf(head) {
  const starts = (text, at = 0) => [...text].every((char, i) => head[at + i] === char.charCodeAt(0));
  if (starts('\xFF\xD8\xFF')) return 'image/jpeg';
  if (starts('\x89PNG\r\n')) return 'image/png';
  if (starts('BM')) return 'image/bmp';
  if (starts('RIFF') && starts('WEBP', 8)) return 'image/webp';
  if (starts('GIF8')) return 'image/gif';
  return null;
}

/** Colour types 4 and 6 carry an alpha channel; the others may name a transparent colour in tRNS, before the first IDAT. */
function hasAlpha(png) {
  if (png[25] === 4 || png[25] === 6) return true;
  const view = new DataView(png.buffer);
  for (let at = 8; at + 8 <= png.length; at += 12 + view.getUint32(at)) {
    const kind = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (kind === 'tRNS') return true;
    if (kind === 'IDAT') return false;
  }
  return false;
}
