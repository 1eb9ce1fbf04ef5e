import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { VoiceConfig, VoiceProvider } from '../../core/voice-port.ts';
import type { ServiceNetwork } from '../shared/service-network.ts';
import { WireSession, type WireSign, type WireTalk } from '../shared/wire-session.ts';
import { RECONNECT_DELAYS_MS, wireVoice } from '../shared/wire-voice.ts';
import { connected, giveUpReplies, wantsNewConnection } from './connection-steps.ts';
import { waitsOf } from './deadlines.ts';
import { fromLive } from './from-live.ts';
import { LIVE_CAPABILITIES } from './live-capabilities.ts';
import { CONNECTION_ENDS, CONTENT_FAILURE, failureOf } from './live-failures.ts';
import { newTalk, type TalkState } from './talk-state.ts';
import { toLive } from './to-live.ts';
import { readServerMessage, type SentMessage, type ServerMessage } from './wire-messages.ts';

export type GptLiveOptions = {
  /** Like `wss://api.openai.com/v1/live/sessions`. */
  readonly url: string;
  readonly apiKey: string;
  /** Model that thinks and calls tools. */
  readonly backend: string;
  readonly network: ServiceNetwork;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reconnectDelaysMs?: readonly number[];
};

/** Speech to speech with OpenAI's GPT-Live (https://developers.openai.com/api/docs/guides/live). Each talk has a WebSocket of its own. */
export function createGptLiveVoice(options: GptLiveOptions): VoiceProvider {
  const { url, apiKey, backend, network, clock, logger, reconnectDelaysMs = RECONNECT_DELAYS_MS } = options;
  const headers = { authorization: `Bearer ${apiKey}` };
  return wireVoice({
    id: 'gpt-live',
    capabilities: LIVE_CAPABILITIES,
    newSession: (config, listener) => {
      const address = { url, headers, socketOptions: network.socketOptions(url) };
      return new WireSession({ address, talk: talkOf(config, backend), clock, logger, reconnectDelaysMs }, listener);
    },
  });
}

function talkOf(config: VoiceConfig, backend: string): WireTalk<TalkState, ServerMessage, SentMessage> {
  return {
    start: newTalk(config, backend),
    read: readServerMessage,
    toWire: toLive,
    fromWire: fromLive,
    connected,
    giveUpReplies,
    waitsOf,
    signOf,
    errorOf,
    wantsNewConnection,
    ends: CONNECTION_ENDS,
    alwaysConfirms: true,
  };
}

function signOf(message: ServerMessage): WireSign | null {
  if (message.type === 'session.started') return 'ready';
  if (message.type === 'session.output_transcript.delta') return 'useful';
  return message.type === 'session.closed' && message.reason !== 'content' ? 'over' : null;
}

function errorOf(message: ServerMessage) {
  if (message.type === 'session.closed' && message.reason === 'content') return { failure: CONTENT_FAILURE, about: {} };
  if (message.type !== 'error') return null;
  return { failure: failureOf(message.error), about: { param: message.error.param } };
}
