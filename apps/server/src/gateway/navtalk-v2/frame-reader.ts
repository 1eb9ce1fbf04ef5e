import { Buffer } from 'node:buffer';
import type { ClientMessage, ErrorCode } from '@visavis/protocol';
import { LIMITS } from '@visavis/protocol';
import { type ParseFailureKind, parseClientMessage } from '@visavis/protocol/schemas';
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

/** Turns frames into messages; counts what cannot be used, and notices frames that a talk never needs. */
export function createFrameReader(): FrameReader {
  const ignored: Partial<Record<ParseFailureKind, number>> = {};
  let windowStartMs = Number.NEGATIVE_INFINITY;
  let messagesInWindow = 0;
  let bytesInWindow = 0;
  return {
    ignored,
    read(data, isBinary, nowMs) {
      if (nowMs - windowStartMs >= RATE_WINDOW_MS) {
        windowStartMs = nowMs;
        messagesInWindow = 0;
        bytesInWindow = 0;
      }
      const bytes = toBuffer(data);
      messagesInWindow += 1;
      bytesInWindow += bytes.byteLength;
      if (bytes.byteLength > LIMITS.bytes.imageFrame) return { kind: 'fatal', code: 'message-too-large' };
      if (messagesInWindow > LIMITS.perSecond.messages || bytesInWindow > LIMITS.perSecond.bytes) {
        return { kind: 'fatal', code: 'too-many-messages' };
      }
      const result = parseClientMessage(isBinary ? bytes : bytes.toString('utf8'));
      if (result.ok) return { kind: 'message', message: result.message };
      const count = (ignored[result.kind] ?? 0) + 1;
      ignored[result.kind] = count;
      const detail = result.type === undefined ? result.detail : `${result.type}: ${result.detail}`;
      return { kind: 'ignored', reason: result.kind, detail, first: count === 1 };
    },
  };
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
