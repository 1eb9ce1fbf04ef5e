import { type ParseResult, parseClientMessage } from '@visavis/protocol/schemas';

/** Reads an answer or a candidate of the second socket, which leaves out what all of its types begin with. Never throws. */
export function parseSignal(frame: string | Uint8Array): ParseResult {
  return parseClientMessage(frame, 'webrtc.signaling.');
}
