import { lettersOf, NOTHING_READ, type PlacedTag, type ReadPiece, readTags } from '../core/face-tags.ts';
import type { SpokenSpan } from './heard-text.ts';
import type { ReplyTurn, SessionEffect } from './session-state.ts';

/** How long a letter is spoken, where the voice does not say when its words begin. */
const LETTER_MS = 75;
/** The same of a sign that is a syllable or more. */
const SIGN_MS = 220;
const SIGN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
/** What the words ended with is shown as they end. */
const BEFORE_END_MS = 600;

type TurnStep = { readonly turn: ReplyTurn; readonly effects: readonly SessionEffect[] };

/** Words that the voice has told: shown without directions, which the face follows as they are heard. */
export function addWords(turn: ReplyTurn, text: string, audioStartMs: number | null, language?: string): TurnStep {
  const { reading, pieces } = readTags(turn.tagReading ?? NOTHING_READ, text);
  return takePieces({ ...turn, tagReading: reading }, pieces, audioStartMs, language);
}

/** Nothing more comes: what was held back is text, and what is still to be shown is. */
export function endWords(turn: ReplyTurn): TurnStep {
  const { reading, pieces } = readTags(turn.tagReading ?? NOTHING_READ, '', true);
  const ended = takePieces({ ...turn, tagReading: reading }, pieces, null);
  const atMs = Math.max(0, turn.audioMs - BEFORE_END_MS);
  const shown = (ended.turn.tags ?? []).map((tag) => cueAt(turn.id, tag, atMs));
  return { turn: { ...ended.turn, tags: [] }, effects: [...ended.effects, ...shown] };
}

/** The face shows this after so many more letters. */
export function expectTag(turn: ReplyTurn, { afterLetters, ...tag }: PlacedTag): ReplyTurn {
  const placed = { ...tag, afterLetters: (turn.letters ?? 0) + afterLetters };
  return { ...turn, tags: [...(turn.tags ?? []), placed] };
}

function takePieces(
  before: ReplyTurn,
  pieces: readonly ReadPiece[],
  audioStartMs: number | null,
  language?: string,
): TurnStep {
  let turn = before;
  /** The voice told when the first of them begins; what follows a direction is reckoned, for the face alone. */
  let toldMs = audioStartMs;
  let reckonedMs = audioStartMs;
  const effects: SessionEffect[] = [];
  for (const piece of pieces) {
    if ('shows' in piece) {
      effects.push(cueAt(turn.id, piece.shows, reckonedMs ?? (turn.letters ?? 0) * LETTER_MS));
      continue;
    }
    const step = takeWords(turn, { text: piece.words, audioStartMs: toldMs }, reckonedMs, language);
    turn = step.turn;
    effects.push(...step.effects);
    toldMs = null;
    if (reckonedMs !== null) reckonedMs += lettersOf(piece.words) * letterMsOf(piece.words);
  }
  return { turn, effects };
}

function takeWords(turn: ReplyTurn, span: SpokenSpan, reckonedMs: number | null, language?: string): TurnStep {
  const { text, audioStartMs } = span;
  const before = turn.letters ?? 0;
  const letters = before + lettersOf(text);
  const due = (turn.tags ?? []).filter(({ afterLetters }) => afterLetters < letters);
  const tags = (turn.tags ?? []).filter((tag) => !due.includes(tag));
  const event = {
    turnId: turn.id,
    text,
    ...(audioStartMs === null ? {} : { audioStartMs }),
    ...(language === undefined ? {} : { language }),
  };
  const letterMs = letterMsOf(text);
  const beginsMs = reckonedMs ?? before * letterMs;
  return {
    turn: { ...turn, spans: [...turn.spans, span], letters, tags },
    effects: [
      { type: 'emit', event: { type: 'reply-text-delta', ...event } },
      { type: 'cue-face', cue: { type: 'reply-text', turnId: turn.id, ...span } },
      ...due.map((tag) => cueAt(turn.id, tag, beginsMs + Math.max(0, tag.afterLetters - before) * letterMs)),
    ],
  };
}

/** How long each letter of a text is spoken. */
function letterMsOf(text: string): number {
  return SIGN.test(text) ? SIGN_MS : LETTER_MS;
}

type Shown = Omit<PlacedTag, 'afterLetters'>;

function cueAt(turnId: string, { expression, intensity, durationMs }: Shown, atMs: number): SessionEffect {
  return { type: 'cue-face', cue: { type: 'reply-wish', turnId, atMs, expression, intensity, durationMs } };
}
