/** Names of files that are read, by their ending, for choosers of files and for those that are dropped. */
export const knowledgeEndings = ['.txt', '.md', '.markdown'] as const;

export type KnowledgeFault =
  /** Not one of `knowledgeEndings`. */
  | { readonly kind: 'ending' }
  /** Its bytes are no text in UTF-8 or UTF-16. */
  | { readonly kind: 'no-text' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unreadable' }
  /** Characters that the file has, and that there is room for. */
  | { readonly kind: 'too-large'; readonly characters: number; readonly room: number }
  /** So large that it is not even read: its characters are not counted. */
  | { readonly kind: 'far-too-large'; readonly room: number };

/** What the files made of the text, file by file. */
export type Adding = {
  readonly text: string;
  readonly added: readonly { readonly name: string; readonly characters: number }[];
  readonly refused: readonly { readonly name: string; readonly fault: KnowledgeFault }[];
};

type NamedFile = Pick<File, 'name' | 'size' | 'arrayBuffer'>;

/** A character has four bytes at most: larger files are refused without being read. */
const BYTES_PER_CHARACTER = 4;
const between = '\n\n';

/**
 * Puts the texts of the files behind what is there. A file goes in whole or not at all; nothing is cut off. `textNow` is asked once
 * all are read: until then somebody may type.
 */
export async function addFiles(textNow: () => string, files: readonly NamedFile[], limit: number): Promise<Adding> {
  const read: { readonly name: string; readonly content: string | ReadingFault }[] = [];
  for (const file of files) read.push({ name: file.name, content: await readText(file, limit) });
  let whole = textNow();
  const added: { name: string; characters: number }[] = [];
  const refused: { name: string; fault: KnowledgeFault }[] = [];
  for (const { name, content } of read) {
    const start = whole.trim() === '' ? '' : `${whole.trimEnd()}${between}`;
    const room = Math.max(0, limit - start.length);
    if (typeof content !== 'string') {
      refused.push({ name, fault: content.kind === 'far-too-large' ? { ...content, room } : content });
    } else if (content.length > room) {
      refused.push({ name, fault: { kind: 'too-large', characters: content.length, room } });
    } else {
      whole = start + content;
      added.push({ name, characters: content.length });
    }
  }
  return { text: whole, added, refused };
}

type ReadingFault = Exclude<KnowledgeFault, { readonly room: number }> | { readonly kind: 'far-too-large' };

async function readText(file: NamedFile, limit: number): Promise<string | ReadingFault> {
  const name = file.name.toLowerCase();
  if (!knowledgeEndings.some((ending) => name.endsWith(ending))) return { kind: 'ending' };
  if (file.size > limit * BYTES_PER_CHARACTER) return { kind: 'far-too-large' };
  const bytes = await file.arrayBuffer().catch(() => null);
  if (bytes === null) return { kind: 'unreadable' };
  const text = decode(new Uint8Array(bytes));
  if (text === null) return { kind: 'no-text' };
  return text === '' ? { kind: 'empty' } : text;
}

/** The text of a file as editors write it, with `\n` between lines; null when it is none. */
function decode(bytes: Uint8Array): string | null {
  const encoding = encodingOf(bytes);
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes('\u0000') ? null : text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').trim();
  } catch {
    return null;
  }
}

/** By the mark that Windows writes before UTF-16. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}
