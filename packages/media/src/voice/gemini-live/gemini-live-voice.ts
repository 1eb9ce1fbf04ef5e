import { WIRE_SAMPLE_RATE_HZ } from '../../core/audio-format.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import { Resampler } from '../../core/resampler.ts';
import type { VoiceConfig, VoiceProvider } from '../../core/voice-port.ts';
import { baseOf } from '../shared/ask-service.ts';
import type { ServiceNetwork } from '../shared/service-network.ts';
import { WireSession, type WireSign, type WireTalk } from '../shared/wire-session.ts';
import { RECONNECT_DELAYS_MS, wireVoice } from '../shared/wire-voice.ts';
import { connected, giveUpReplies, wantsNewConnection } from './connection-steps.ts';
import { waitsOf } from './deadlines.ts';
import { CONNECTION_ENDS } from './failures.ts';
import { fromWire } from './from-wire.ts';
import { GEMINI_CAPABILITIES } from './gemini-capabilities.ts';
import { newTalk, type TalkState } from './talk-state.ts';
import { toWire } from './to-wire.ts';
import { readServerMessage, SENT_SAMPLE_RATE_HZ, type SentMessage, type ServerMessage } from './wire-messages.ts';

export type GeminiLiveOptions = {
  /** Like `wss://generativelanguage.googleapis.com`. */
  readonly url: string;
  readonly apiKey: string;
  readonly network: ServiceNetwork;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reconnectDelaysMs?: readonly number[];
};

const METHOD = '/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent';
/** The service answers pings late while it speaks: up to half a minute was seen. */
const HEARTBEAT_MS = 60_000;

/** Speech to speech with Gemini's Live API (https://ai.google.dev/api/live). Each talk has a WebSocket of its own. */
export function createGeminiLiveVoice(options: GeminiLiveOptions): VoiceProvider {
  const { network, clock, logger, reconnectDelaysMs = RECONNECT_DELAYS_MS } = options;
  // The service reads the key here and nowhere else that it documents.
  const url = `${baseOf(options.url)}${METHOD}?key=${encodeURIComponent(options.apiKey)}`;
  return wireVoice({
    id: 'gemini-live',
    capabilities: GEMINI_CAPABILITIES,
    newSession: (config, listener) => {
      const address = { url, headers: {}, socketOptions: network.socketOptions(url), heartbeatMs: HEARTBEAT_MS };
      return new WireSession({ address, talk: talkOf(config), clock, logger, reconnectDelaysMs }, listener);
    },
  });
}

function talkOf(config: VoiceConfig): WireTalk<TalkState, ServerMessage, SentMessage> {
  const resampler = new Resampler(WIRE_SAMPLE_RATE_HZ, SENT_SAMPLE_RATE_HZ);
  return {
    start: newTalk(config),
    read: readServerMessage,
    toWire,
    fromWire,
    connected,
    giveUpReplies,
    waitsOf,
    signOf,
    wantsNewConnection,
    ends: CONNECTION_ENDS,
    alwaysConfirms: true,
    errorOf: () => null,
    // What is refused may be the handle; a session of its own is not.
    triesAnew: ({ isResuming, isReady }, { category }) => category === 'invalid-request' && isResuming && !isReady,
    isFinal: ({ isReady }, { category, retryable }) => !retryable && !(category === 'invalid-request' && isReady),
    prepareSound: (pcm) => resampler.process(pcm),
  };
}

function signOf({ setupComplete, serverContent }: ServerMessage): WireSign | null {
  if (setupComplete) return 'ready';
  return serverContent?.generationComplete || serverContent?.turnComplete ? 'useful' : null;
}
