import { Worker } from 'node:worker_threads';
import { refusal } from '../control-error.ts';
import { htmlText } from './html-text.ts';
import type { SourcePage } from './passages.ts';

export type SourceKind = 'text' | 'markdown' | 'html' | 'pdf';

export type ReadSource = {
  readonly kind: SourceKind;
  /** What it calls itself; empty: nothing. */
  readonly title: string;
  readonly pages: readonly SourcePage[];
};

/** About 1,000 pages: their index takes a second of a core and tens of megabytes. */
export const CHARACTERS_PER_AVATAR = 3_000_000;

const SOURCE_LIMITS = {
  pages: 3000,
  characters: CHARACTERS_PER_AVATAR,
  pdfMs: 60_000,
  pdfHeapMb: 512,
  pdfMemoryBytes: 600_000_000,
} as const;

/** Text of a file, by what its bytes are. Refuses in a sentence what holds none. */
export async function readSource(bytes: Buffer, { name, contentType }: { name: string; contentType: string }) {
  if (bytes.length === 0) throw refusal('bad-request', 'knowledge-empty');
  const read = await readBytes(bytes, name, contentType);
  const characters = read.pages.reduce((sum, { text }) => sum + text.length, 0);
  if (characters > SOURCE_LIMITS.characters) throw refusal('too-large', 'knowledge-long');
  if (read.pages.every(({ text }) => text.trim() === '')) throw refusal('bad-request', 'knowledge-wordless');
  return { ...read, characters };
}

async function readBytes(bytes: Buffer, name: string, contentType: string): Promise<ReadSource> {
  if (bytes.subarray(0, 1024).includes('%PDF-')) {
    return { kind: 'pdf', title: '', pages: await pdfPages(bytes) };
  }
  const text = plainText(bytes);
  const start = text.slice(0, 1000).toLowerCase();
  if (/\.x?html?$/i.test(name) || contentType.includes('html') || /<(?:!doctype html|html|body)\b/.test(start)) {
    const { title, text: words } = htmlText(text);
    return { kind: 'html', title, pages: [{ page: null, text: words }] };
  }
  const kind = /\.(?:md|markdown)$/i.test(name) || contentType.includes('markdown') ? 'markdown' : 'text';
  return { kind, title: '', pages: [{ page: null, text }] };
}

/** Archives, pictures and documents of offices are none. */
function plainText(bytes: Buffer): string {
  if (bytes.includes(0)) throw refusal('unsupported-type', 'knowledge-kind');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refusal('unsupported-type', 'knowledge-kind');
  }
}

type PdfAnswer = { readonly pages: readonly SourcePage[] } | { readonly fault: 'long' | 'locked' | 'damaged' };

/** In a thread: a file that grows without end, or takes for ever, ends alone. */
function pdfPages(bytes: Buffer): Promise<readonly SourcePage[]> {
  const { pages: maxPages, characters: maxCharacters, pdfMs, pdfHeapMb } = SOURCE_LIMITS;
  const thread = new Worker(new URL('./pdf-thread.ts', import.meta.url), {
    env: {},
    workerData: { bytes: new Uint8Array(bytes), maxPages, maxCharacters },
    resourceLimits: { maxOldGenerationSizeMb: pdfHeapMb },
    stdout: true,
    stderr: true,
  });
  let watch: NodeJS.Timeout | undefined;
  return new Promise<readonly SourcePage[]>((resolve, reject) => {
    const fail = () => reject(refusal('bad-request', 'knowledge-damaged'));
    const deadlineMs = performance.now() + pdfMs;
    // What streams unpack to is no part of the heap, which alone is bounded.
    watch = setInterval(() => {
      if (performance.now() > deadlineMs) fail();
      const judge = ({ external_memory: heldBytes }: { external_memory: number }) => {
        if (heldBytes > SOURCE_LIMITS.pdfMemoryBytes) fail();
      };
      thread.getHeapStatistics().then(judge, () => {});
    }, 100);
    thread.on('error', fail);
    thread.on('exit', fail);
    thread.on('message', (answer: PdfAnswer) => {
      if ('pages' in answer) resolve(answer.pages);
      else if (answer.fault === 'long') reject(refusal('too-large', 'knowledge-long'));
      else if (answer.fault === 'locked') reject(refusal('bad-request', 'knowledge-locked'));
      else fail();
    });
  }).finally(async () => {
    clearInterval(watch);
    await thread.terminate();
  });
}
