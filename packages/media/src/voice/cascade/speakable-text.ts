/**
 * Of one reply. Its sound lasts about ten minutes, as long as replies may wait to be played (`MAX_REPLY_BUFFER_MS`): what
 * comes after that would not be heard.
 */
const MAX_SPOKEN_CHARACTERS = 10_000;

/** A text that is too long to be spoken ends after a sentence, else after a word. `spokenBefore`: characters of the same reply. */
export function speakableText(text: string, spokenBefore = 0): string {
  const limit = Math.max(0, MAX_SPOKEN_CHARACTERS - spokenBefore);
  if (text.length <= limit) return text;
  const part = text.slice(0, limit);
  const ends = [...part.matchAll(/[.!?…]\s|[。！？\n]/g)];
  const end = ends.at(-1);
  if (end !== undefined && end.index > limit / 2) return part.slice(0, end.index + 1);
  const lastSpace = part.lastIndexOf(' ');
  return lastSpace > limit / 2 ? part.slice(0, lastSpace) : part;
}
