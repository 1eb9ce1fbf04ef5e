import * as z from 'zod';

/** RFC 4648 §4 alphabet, padding optional. An empty string is valid and holds nothing. */
export function isBase64(text: string): boolean {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const unpadded = text.slice(0, text.length - padding);
  return unpadded.length % 4 !== 1 && /^[A-Za-z0-9+/]*$/.test(unpadded);
}

export const base64Schema = z.string().refine(isBase64, 'is not base64');

const IMAGE_DATA_URL_HEAD = /^data:image\/(?:jpeg|jpg|png|webp);base64,/i;

/** A JPEG, PNG or WebP as data URL. */
export function isImageDataUrl(text: string): boolean {
  const head = IMAGE_DATA_URL_HEAD.exec(text)?.[0];
  return head !== undefined && text.length > head.length && isBase64(text.slice(head.length));
}

export const imageDataUrlSchema = z.string().refine(isImageDataUrl, 'is not a JPEG, PNG or WebP data URL');
