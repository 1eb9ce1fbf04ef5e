import { isFields } from './fields.ts';

/**
 * Texts of an item's `content`: a plain string, one part, or parts with `text`, `transcript` or `content`. One client
 * sends its whole history as the text of a Kotlin list (`[{type=input_text, text=Hi}, …]`); its turns come out one by one.
 */
export function readItemTexts(content: unknown): string[] {
  if (typeof content === 'string') return nonEmpty(readKotlinList(content) ?? [content]);
  if (Array.isArray(content)) return nonEmpty(content.map(readPartText));
  return nonEmpty([readPartText(content)]);
}

function readPartText(part: unknown): string {
  if (typeof part === 'string') return part;
  if (!isFields(part)) return '';
  for (const key of ['text', 'transcript', 'content']) {
    const value = part[key];
    if (typeof value === 'string') return value;
  }
  return '';
}

function readKotlinList(text: string): string[] | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('[{') || !trimmed.endsWith('}]') || !trimmed.includes('text=')) return null;
  const texts = trimmed
    .slice(2, -2)
    .split('}, {')
    .map((entry) => {
      if (entry.startsWith('text=')) return entry.slice('text='.length).replace(/, type=[a-z_]{1,40}$/, '');
      const start = entry.indexOf(', text=');
      return start < 0 ? '' : entry.slice(start + ', text='.length);
    });
  // Pieces of a text keep the whole of it in memory; these are copies.
  return JSON.parse(JSON.stringify(texts)) as string[];
}

function nonEmpty(texts: readonly string[]): string[] {
  return texts.filter((text) => text.trim() !== '');
}
