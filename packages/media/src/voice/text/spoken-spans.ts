import type { Piece } from './speak-pieces.ts';

/** A stretch of a clause as it was written, and the share of the clause's speech that comes before it, 0 to 1. */
export type WrittenSpan = { readonly text: string; readonly spokenBefore: number };

/** A digit is said with about so many sounds. */
const SOUNDS_OF_DIGIT = 4;

/**
 * Cuts a clause between words so that each stretch takes its own share of the speech: words whose spoken form differs (`$1,250`,
 * `10–12 am`) stand alone. A clause that is spoken as it stands is one stretch.
 */
export function writtenSpans(pieces: readonly Piece[]): WrittenSpan[] {
  const total = pieces.reduce((sum, { spoken }) => sum + soundsOf(spoken), 0);
  const spans: { text: string; spokenBefore: number; isChanged: boolean }[] = [];
  let sounds = 0;
  let isBoundary = true;
  for (const { written, spoken } of pieces) {
    const isGap = /^\s/.test(written);
    const isChanged = !isGap && Math.abs(soundsOf(spoken) - written.trim().length) > 2;
    const last = spans.at(-1);
    const begins = last === undefined || (isGap && last.isChanged) || (isBoundary && isChanged && !isGap);
    if (begins) spans.push({ text: written, spokenBefore: total === 0 ? 0 : sounds / total, isChanged });
    else {
      last.text += written;
      last.isChanged ||= isChanged;
    }
    isBoundary = isGap;
    sounds += soundsOf(spoken);
  }
  return spans.map(({ text, spokenBefore }) => ({ text, spokenBefore }));
}

function soundsOf(spoken: string): number {
  const letters = spoken.match(/\p{L}/gu)?.length ?? 0;
  return letters + SOUNDS_OF_DIGIT * (spoken.match(/\p{N}/gu)?.length ?? 0);
}
