import type { ClientWireMessage } from '@visavis/protocol';

/** One message of the protocol as it went over the socket, for logs. */
export type WireRecord = {
  readonly direction: 'sent' | 'received';
  /** `type` of the message; empty for a frame that is no message. */
  readonly type: string;
  /** The message, with long sound and pictures cut to their beginning; the text of a frame that is no JSON. */
  readonly message: unknown;
  /** Milliseconds on the page's clock (`performance.now()`). */
  readonly atMs: number;
};

/** Fields that carry base64 of sound, or data addresses of pictures. */
const payloadFields = new Set(['audio', 'delta', 'content', 'image_url']);
const shownPayloadLength = 48;
const isPayload = /^(data:[\w/+.-]+;base64,)?[A-Za-z0-9+/]{64,}={0,2}$/;

export function sentMessage(message: ClientWireMessage): WireRecord {
  return { direction: 'sent', type: message.type, message: shortened(message), atMs: performance.now() };
}

export function receivedFrame(frame: string): WireRecord {
  const message = parse(frame);
  const type =
    typeof message === 'object' && message !== null && 'type' in message && typeof message.type === 'string'
      ? message.type
      : '';
  // Arguments of a tool are words, however they look, and pages read them.
  const shown = type.endsWith('.function_call_arguments.done') ? message : shortened(message);
  return { direction: 'received', type, message: shown, atMs: performance.now() };
}

function parse(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    return frame;
  }
}

function shortened(message: unknown): unknown {
  return JSON.parse(JSON.stringify(message), (name: string, value: unknown) => {
    if (typeof value !== 'string' || !payloadFields.has(name) || !isPayload.test(value)) return value;
    return `${value.slice(0, shownPayloadLength)}… (${value.length} characters)`;
  });
}
