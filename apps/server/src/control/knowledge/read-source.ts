import { isUtf8 } from 'node:buffer';
import { refusal } from '../control-error.ts';
import type { SourcePage } from './passages.ts';
import { readInThread } from './thread-reading.ts';

export type SourceKind = 'text' | 'markdown' | 'html' | 'pdf';

export type ReadSource = {
  readonly kind: SourceKind;
  /** What it calls itself; empty: nothing. */
  readonly title: string;
  readonly pages: readonly SourcePage[];
};

/** About 1,000 pages: their index takes a second of a core and tens of megabytes. */
export const CHARACTERS_PER_AVATAR = 3_000_000;

const MAX_PAGES = 3000;
/** A character has four bytes at most. */
const MOST_TEXT_BYTES = 4 * CHARACTERS_PER_AVATAR;
/** Of a file, in which what it is can be seen. */
const HEAD_BYTES = 4096;

/** Text of a file, by what its bytes are. Refuses in a sentence what holds none. */
export async function readSource(bytes: Buffer, { name, contentType }: { name: string; contentType: string }) {
  if (bytes.length === 0) throw refusal('bad-request', 'knowledge-empty');
  const read = await readBytes(bytes, name, contentType);
  const characters = read.pages.reduce((sum, { text }) => sum + text.length, 0);
  if (characters > CHARACTERS_PER_AVATAR) throw refusal('too-large', 'knowledge-long');
  if (read.pages.every(({ text }) => text.trim() === '')) throw refusal('bad-request', 'knowledge-wordless');
  return { ...read, characters };
}

async function readBytes(bytes: Buffer, name: string, contentType: string): Promise<ReadSource> {
  if (bytes.subarray(0, 1024).includes('%PDF-')) return await readLarge('pdf', bytes);
  // Archives, pictures and documents of offices are no text.
  if (bytes.includes(0) || !isUtf8(bytes)) throw refusal('unsupported-type', 'knowledge-kind');
  const start = bytes.subarray(0, HEAD_BYTES).toString('latin1').toLowerCase();
  if (/\.x?html?$/i.test(name) || contentType.includes('html') || /<(?:!doctype html|html|body)\b/.test(start)) {
    return await readLarge('html', bytes);
  }
  if (bytes.length > MOST_TEXT_BYTES) throw refusal('too-large', 'knowledge-long');
  const kind = /\.(?:md|markdown)$/i.test(name) || contentType.includes('markdown') ? 'markdown' : 'text';
  return { kind, title: '', pages: [{ page: null, text: new TextDecoder().decode(bytes) }] };
}

async function readLarge(kind: 'pdf' | 'html', bytes: Buffer): Promise<ReadSource> {
  const limits = { maxPages: MAX_PAGES, maxCharacters: CHARACTERS_PER_AVATAR };
  const read = await readInThread({ kind, bytes: new Uint8Array(bytes), ...limits });
  if ('pages' in read) return { kind, ...read };
  if (read.fault === 'locked') throw refusal('bad-request', 'knowledge-locked');
  if (read.fault === 'long' || kind === 'html') throw refusal('too-large', 'knowledge-long');
  throw refusal('bad-request', 'knowledge-damaged');
}
