import type { ExpressionWish } from './expression-cue.ts';

/** Words in brackets that say how something is said, as writers and models put them: none of them is text. */
const DIRECTION =
  /\[(?:(?:short|long|slight|slightly|brief|soft|softly|happy|nervous|deep|gentle) )?(?:pauses?|laugh(?:s|ing|ter)?|chuckl(?:es?|ing)|giggl(?:es?|ing)|whisper(?:s|ing)?|sigh(?:s|ing)?|gasp(?:s|ing)?|cries|crying|sob(?:s|bing)|cough(?:s|ing)?|yawn(?:s|ing)?|clears throat|smil(?:es?|ing)|grin(?:s|ning)?|frown(?:s|ing)?|wink(?:s|ing)?|nod(?:s|ding)?|shout(?:s|ing)?|excited(?:ly)?|sarcastic(?:ally)?|curious|cheerful(?:ly)?|happy|happily|sad(?:ly)?|concerned|worried|surprised|neutral|calm(?:ly)?|serious(?:ly)?|angr(?:y|ily)|softly|gently|inhales?|exhales?|applause)\]/iy;

type FaceTag = ExpressionWish;

/** What a face shows at a direction, by the beginning of its last word; at others nothing. */
const SHOWN: readonly (readonly [words: RegExp, tag: FaceTag])[] = [
  [/^(?:smil|grin|happ|cheerful)/i, { expression: 'smile', intensity: 0.8, durationMs: 3000 }],
  [/^(?:laugh|chuckl|giggl|excited)/i, { expression: 'smile', intensity: 1, durationMs: 2500 }],
  [/^(?:sad|concerned|worried|frown|cries|crying|sob)/i, { expression: 'concerned', intensity: 0.8, durationMs: 3500 }],
  [/^(?:surprised|gasp)/i, { expression: 'surprised', intensity: 0.9, durationMs: 1500 }],
  [/^nod/i, { expression: 'nod', intensity: 0.8, durationMs: 600 }],
  [/^(?:neutral|calm|serious)/i, { expression: 'neutral', intensity: 1, durationMs: 4000 }],
];

/** A text that comes in pieces, as far as it has been read: what is held back may be the beginning of a direction. */
export type TagReading = { readonly held: string; readonly lastCharacter: string; readonly isAfterTag: boolean };

export const NOTHING_READ: TagReading = { held: '', lastCharacter: ' ', isAfterTag: false };

/** Of a text that was read: words, or what the face shows between them. */
export type ReadPiece = { readonly words: string } | { readonly shows: FaceTag };

/** Longer than any direction. The number stands in the expression, too. */
const MAX_HELD = 40;
const MAY_BECOME_DIRECTION = /^\[[a-z]?[a-z ]{0,40}\]?$/i;

/**
 * Takes the directions out of a text, piece by piece, with the blank that each of them leaves behind. Brackets that hold anything
 * else stay, and so do links. `isLast`: nothing comes behind it, so that nothing is held back.
 */
export function readTags(
  reading: TagReading,
  text: string,
  isLast = false,
): { readonly reading: TagReading; readonly pieces: readonly ReadPiece[] } {
  const whole = reading.held + text;
  const pieces: ReadPiece[] = [];
  let { lastCharacter, isAfterTag } = reading;
  const addWords = (from: number, to: number): void => {
    const given = whole.slice(from, to);
    const words = isAfterTag && /\s/.test(lastCharacter) ? given.replace(/^ +/, '') : given;
    if (words === '') return;
    [lastCharacter, isAfterTag] = [words.at(-1) ?? lastCharacter, false];
    pieces.push({ words });
  };
  let from = 0;
  for (let at = whole.indexOf('['); at >= 0; at = whole.indexOf('[', at + 1)) {
    if (!isLast && whole.length - at <= MAX_HELD && MAY_BECOME_DIRECTION.test(whole.slice(at))) {
      addWords(from, at);
      return { reading: { held: whole.slice(at), lastCharacter, isAfterTag }, pieces };
    }
    const before = at > from ? whole[at - 1] : isAfterTag ? ' ' : lastCharacter;
    const end = directionEnd(whole, at, before);
    if (end === null) continue;
    addWords(from, at);
    const shows = shownBy(whole.slice(at + 1, end - 1));
    if (shows !== null) pieces.push({ shows });
    isAfterTag = true;
    from = end;
  }
  addWords(from, whole.length);
  return { reading: { held: '', lastCharacter, isAfterTag }, pieces };
}

/** What the face is to show in a text: after so many letters and digits of it. */
export type PlacedTag = FaceTag & { readonly afterLetters: number };

/** More of them are no acting. */
const MAX_TAGS = 100;

/** A whole text without its directions. */
export function takeTags(text: string): { readonly words: string; readonly tags: readonly PlacedTag[] } {
  let words = '';
  const tags: PlacedTag[] = [];
  let afterLetters = 0;
  for (const piece of readTags(NOTHING_READ, text, true).pieces) {
    if ('words' in piece) {
      words += piece.words;
      afterLetters += lettersOf(piece.words);
    } else if (tags.length < MAX_TAGS) tags.push({ ...piece.shows, afterLetters });
  }
  return { words, tags };
}

/** Letters and digits of what is shown of a text: those of markup do not count. */
export function lettersOf(text: string): number {
  return text.replace(/<[^<>]{0,300}>/g, '').match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}

/** Where the direction ends that begins at this bracket; null where it is text, as in `list[happy]`, or the words of a link. */
export function directionEnd(text: string, at: number, before = text[at - 1] ?? ' '): number | null {
  DIRECTION.lastIndex = at;
  const found = DIRECTION.exec(text);
  if (found === null || /[\p{L}\p{N}\]\\!]/u.test(before)) return null;
  const end = at + found[0].length;
  return /[(:]/.test(text[end] ?? ' ') ? null : end;
}

function shownBy(direction: string): FaceTag | null {
  const word = direction.slice(direction.lastIndexOf(' ') + 1);
  return SHOWN.find(([words]) => words.test(word))?.[1] ?? null;
}
