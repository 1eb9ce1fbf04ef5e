import type {
  ClientWireMessage,
  ExpressionName,
  WireConfig,
  WireIceCandidate,
  WireSessionDescription,
  WireTool,
} from '@visavis/protocol';
import type { SayOptions } from './utterances.ts';

/** Changes to the avatar's own settings for one call. What is left out stays as the avatar has it. */
export type CallConfig = {
  readonly voice?: string;
  readonly prompt?: string;
  /** BCP 47 tag of the language to speak. */
  readonly language?: string;
  readonly firstMessage?: string;
  readonly tools?: readonly WireTool[];
};

export type HistoryTurn = { readonly role: 'user' | 'assistant'; readonly text: string };

/** Null when nothing is to be changed: the server then keeps the avatar's settings. */
export function configMessage(config: CallConfig): ClientWireMessage | null {
  const { voice, prompt, language, firstMessage, tools } = config;
  const body: WireConfig = {
    ...(voice ? { voice } : {}),
    ...(prompt ? { prompt } : {}),
    ...(language ? { language } : {}),
    ...(firstMessage ? { firstMessage } : {}),
    ...(tools && tools.length > 0 ? { tools } : {}),
  };
  if (Object.keys(body).length === 0) return null;
  return { type: 'realtime.input_config', data: { content: JSON.stringify(body) } };
}

export function historyMessage(turn: HistoryTurn): ClientWireMessage {
  const contentType = turn.role === 'user' ? 'input_text' : 'text';
  return {
    type: 'conversation.item.create',
    item: { type: 'message', role: turn.role, content: [{ type: contentType, text: turn.text }] },
  };
}

export function userTextMessage(text: string): ClientWireMessage {
  return historyMessage({ role: 'user', text });
}

export function respondMessage(): ClientWireMessage {
  return { type: 'response.create' };
}

/** Speak exactly this text. */
export function sayMessage(text: string, utteranceId: string, options: SayOptions): ClientWireMessage {
  return { type: 'visavis.say', data: { text, ...options, utteranceId } };
}

/** What the face shows: `intensity` 0 to 1, full when left out, for `durationMs`, 3 s when left out. */
export type ExpressionOptions = { readonly intensity?: number; readonly durationMs?: number };

export function expressionMessage(expression: ExpressionName, options: ExpressionOptions): ClientWireMessage {
  return { type: 'visavis.expression', data: { expression, ...options } };
}

export function interruptMessage(force: boolean): ClientWireMessage {
  return force ? { type: 'visavis.interrupt', data: { force } } : { type: 'response.cancel' };
}

/** `pcm` is PCM16 mono at 24 kHz. */
export function audioMessage(pcm: Int16Array): ClientWireMessage {
  return { type: 'realtime.input_audio_buffer.append', data: { audio: pcm16ToBase64(pcm) } };
}

export function imageMessage(dataUrl: string, reply: boolean): ClientWireMessage {
  return { type: 'realtime.input_image', data: { content: dataUrl, reply: reply ? 1 : 0 } };
}

export function toolResultMessage(callId: string, output: string): ClientWireMessage {
  return { type: 'conversation.item.create', item: { type: 'function_call_output', call_id: callId, output } };
}

export function answerMessage(description: WireSessionDescription): ClientWireMessage {
  return { type: 'webrtc.signaling.answer', data: { sdp: description } };
}

export function candidateMessage(candidate: WireIceCandidate): ClientWireMessage {
  return { type: 'webrtc.signaling.iceCandidate', data: { candidate } };
}

/** Little-endian, as the wire wants it, on machines of either byte order. */
function pcm16ToBase64(pcm: Int16Array): string {
  const bytes = new Uint8Array(pcm.length * 2);
  const view = new DataView(bytes.buffer);
  for (const [index, sample] of pcm.entries()) view.setInt16(index * 2, sample, true);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
