import { Buffer } from 'node:buffer';
import { type ClientMessage, type ErrorCode, LIMITS } from '@visavis/protocol';
import {
  mayHoldPicture,
  type ParseFailureKind,
  type ParseResult,
  SEARCHED_CHARACTERS,
} from '@visavis/protocol/schemas';
import type { RawData } from 'ws';

const RATE_WINDOW_MS = 1000;

/** `too-often`: more turns than a talk has; see `LIMITS.perSecond.turns`. */
type IgnoreReason = ParseFailureKind | 'too-often';

/** What the limits are told from. `reply`: of a picture. */
type AnyMessage = { readonly type: string; readonly reply?: boolean };

type FrameReading<Message> =
  | { readonly kind: 'message'; readonly message: Message }
  /** PCM16, by the short way. */
  | { readonly kind: 'sound'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'ignored';
      readonly reason: IgnoreReason;
      readonly detail: string;
      /** Nothing was ignored for this reason in this call before. */
      readonly first: boolean;
    }
  | { readonly kind: 'fatal'; readonly code: ErrorCode };

export type FrameReader<Message = ClientMessage> = {
  read(data: RawData, isBinary: boolean, nowMs: number): FrameReading<Message>;
  /** Ignored frames by reason. */
  readonly ignored: Readonly<Partial<Record<IgnoreReason, number>>>;
};

type Ignored = Pick<Extract<ParseResult, { ok: false }>, 'type' | 'detail'> & { readonly kind: IgnoreReason };

/** Turns frames into messages; counts what cannot be used, and notices what a talk never needs. */
export function createFrameReader<Message extends AnyMessage = ClientMessage>({
  decode,
  readSound = () => null,
}: {
  readonly decode: (frame: string | Uint8Array) => ParseResult<Message>;
  readonly readSound?: (frame: Buffer) => Uint8Array | null;
}): FrameReader<Message> {
  const ignored: Partial<Record<IgnoreReason, number>> = {};
  const rate = createRateGuard();
  const signalling = createSignallingGuard();
  const turns = createTurnGuard();

  const ignore = ({ kind, type, detail }: Ignored): FrameReading<Message> => {
    const count = (ignored[kind] ?? 0) + 1;
    ignored[kind] = count;
    const whole = type === undefined ? detail : `${type}: ${detail}`;
    const text = whole.slice(0, LIMITS.characters.reportedDetail);
    return { kind: 'ignored', reason: kind, detail: text, first: count === 1 };
  };

  return {
    ignored,
    read(data, isBinary, nowMs) {
      const bytes = toBuffer(data);
      if (rate.isOver('any', bytes.byteLength, nowMs)) return { kind: 'fatal', code: 'too-many-messages' };
      if (isTooLarge(bytes)) return { kind: 'fatal', code: 'message-too-large' };
      const sound = isBinary ? null : readSound(bytes);
      if (sound !== null) return { kind: 'sound', bytes: sound };
      const result = decode(isBinary ? bytes : bytes.toString('utf8'));
      const type = result.ok ? result.message.type : null;
      const textBytes = type === 'image' ? 0 : bytes.byteLength;
      if (type !== 'audio-append' && rate.isOver('other', textBytes, nowMs)) {
        return { kind: 'fatal', code: 'too-many-messages' };
      }
      if (!result.ok) {
        return result.kind === 'too-large' ? { kind: 'fatal', code: 'message-too-large' } : ignore(result);
      }
      const fault = signalling.faultOf(result.message);
      if (fault !== null) return ignore({ kind: 'over-limit', detail: fault });
      const flood = turns.faultOf(result.message, nowMs);
      if (flood !== null) return ignore({ kind: 'too-often', detail: flood });
      return { kind: 'message', message: result.message };
    },
  };
}

/** Told from the first and the last bytes, before a large frame becomes text. */
function isTooLarge(bytes: Buffer): boolean {
  const { frame, imageFrame } = LIMITS.bytes;
  if (bytes.byteLength <= frame) return false;
  const beginning = bytes.toString('latin1', 0, SEARCHED_CHARACTERS);
  const end = bytes.toString('latin1', bytes.byteLength - SEARCHED_CHARACTERS);
  return bytes.byteLength > imageFrame || !mayHoldPicture(beginning, end);
}

function createRateGuard() {
  const { perSecond } = LIMITS;
  const limits = {
    any: { messages: perSecond.messages, bytes: perSecond.bytes },
    /** All but sound; of the bytes, those of pictures are not given. */
    other: { messages: perSecond.otherMessages, bytes: perSecond.textBytes },
  };
  let windowStartMs = Number.NEGATIVE_INFINITY;
  let counts = { any: { messages: 0, bytes: 0 }, other: { messages: 0, bytes: 0 } };
  return {
    isOver(kind: 'any' | 'other', bytes: number, nowMs: number): boolean {
      if (nowMs - windowStartMs >= RATE_WINDOW_MS) {
        windowStartMs = nowMs;
        counts = { any: { messages: 0, bytes: 0 }, other: { messages: 0, bytes: 0 } };
      }
      counts[kind].messages += 1;
      counts[kind].bytes += bytes;
      return counts[kind].messages > limits[kind].messages || counts[kind].bytes > limits[kind].bytes;
    },
  };
}

/** A call negotiates a few times; each description and candidate is work for the transport. */
function createSignallingGuard() {
  const { descriptions, candidates } = LIMITS.counts;
  const limits = { description: descriptions, candidate: candidates };
  const counts = { description: 0, candidate: 0 };
  return {
    faultOf({ type }: AnyMessage): string | null {
      if (type !== 'description' && type !== 'candidate') return null;
      counts[type] += 1;
      return counts[type] > limits[type] ? `a call takes at most ${limits[type]} ${type}s` : null;
    },
  };
}

/** A bucket of turns: what is recorded one by one, or answered, comes no faster than anybody types. */
function createTurnGuard() {
  const { turns, turnsAtOnce } = LIMITS.perSecond;
  let left: number = turnsAtOnce;
  let atMs: number | null = null;
  return {
    faultOf(message: AnyMessage, nowMs: number): string | null {
      if (!isTurn(message)) return null;
      left = Math.min(turnsAtOnce, left + ((nowMs - (atMs ?? nowMs)) / 1000) * turns);
      atMs = nowMs;
      if (left < 1) {
        return `there are too many texts: a call takes ${turnsAtOnce} texts, tool results and requests for a reply at once, and ${turns} a second`;
      }
      left -= 1;
      return null;
    },
  };
}

function isTurn(message: AnyMessage): boolean {
  switch (message.type) {
    case 'user-text':
    case 'say':
    case 'tool-result':
    case 'respond':
      return true;
    case 'image':
      return message.reply === true;
    default:
      return false;
  }
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
