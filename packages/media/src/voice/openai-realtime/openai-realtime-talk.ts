import type { VoiceConfig } from '../../core/voice-port.ts';
import type { WireSign, WireTalk } from '../shared/wire-session.ts';
import { connected, giveUpReplies } from './connection-steps.ts';
import { waitsOf } from './deadlines.ts';
import { classifyClose, classifyError, classifyStatus } from './failures.ts';
import { fromWire } from './from-wire.ts';
import { isSessionExpiry } from './service-errors.ts';
import type { WireOptions } from './session-settings.ts';
import { newTalk, type TalkState } from './talk-state.ts';
import { toWire } from './to-wire.ts';
import { type ClientMessage, readServerMessage, type ServerMessage } from './wire-messages.ts';

export function realtimeTalk(
  config: VoiceConfig,
  wire: WireOptions,
): WireTalk<TalkState, ServerMessage, ClientMessage> {
  return {
    start: newTalk(config, wire),
    read: readServerMessage,
    toWire,
    fromWire,
    connected,
    giveUpReplies,
    waitsOf,
    signOf,
    errorOf,
    ends: { refused: classifyStatus, closed: classifyClose },
  };
}

function signOf(message: ServerMessage): WireSign | null {
  switch (message.type) {
    case 'session.updated':
      return 'ready';
    case 'session.created':
      return 'greeting';
    case 'error':
      return isSessionExpiry(message.error) ? 'over' : null;
    case 'response.done':
      return message.response.status === 'failed' ? null : 'useful';
    case 'conversation.item.input_audio_transcription.completed':
      return 'useful';
    default:
      return null;
  }
}

function errorOf(message: ServerMessage) {
  if (message.type !== 'error') return null;
  const { param, event_id: origin } = message.error;
  return { failure: classifyError(message.error), about: { param, origin } };
}
