import { Buffer } from 'node:buffer';
import { type ClientMessage, type ErrorCode, LIMITS } from '@visavis/protocol';
import {
  mayHoldPicture,
  type ParseFailureKind,
  type ParseResult,
  parseClientMessage,
  SEARCHED_CHARACTERS,
} from '@visavis/protocol/schemas';
import type { RawData } from 'ws';

const RATE_WINDOW_MS = 1000;

type FrameReading =
  | { readonly kind: 'message'; readonly message: ClientMessage }
  | {
      readonly kind: 'ignored';
      readonly reason: ParseFailureKind;
      readonly detail: string;
      /** Nothing was ignored for this reason in this call before. */
      readonly first: boolean;
    }
  | { readonly kind: 'fatal'; readonly code: ErrorCode };

type FrameReader = {
  read(data: RawData, isBinary: boolean, nowMs: number): FrameReading;
  /** Ignored frames by reason. */
  readonly ignored: Readonly<Partial<Record<ParseFailureKind, number>>>;
};

/** Turns frames into messages; counts what cannot be used, and notices what a talk never needs. */
export function createFrameReader(): FrameReader {
  const ignored: Partial<Record<ParseFailureKind, number>> = {};
  const rate = createRateGuard();
  const signalling = createSignallingGuard();

  const ignore = ({ kind, type, detail }: Extract<ParseResult, { ok: false }>): FrameReading => {
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
      const result = parseClientMessage(isBinary ? bytes : bytes.toString('utf8'));
      const type = result.ok ? result.message.type : null;
      const textBytes = type === 'image' ? 0 : bytes.byteLength;
      if (type !== 'audio-append' && rate.isOver('other', textBytes, nowMs)) {
        return { kind: 'fatal', code: 'too-many-messages' };
      }
      if (!result.ok) {
        return result.kind === 'too-large' ? { kind: 'fatal', code: 'message-too-large' } : ignore(result);
      }
      const fault = signalling.faultOf(result.message);
      if (fault !== null) return ignore({ ok: false, kind: 'over-limit', detail: fault });
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
    faultOf({ type }: ClientMessage): string | null {
      if (type !== 'description' && type !== 'candidate') return null;
      counts[type] += 1;
      return counts[type] > limits[type] ? `a call takes at most ${limits[type]} ${type}s` : null;
    },
  };
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
