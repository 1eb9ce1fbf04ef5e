import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { VoiceProvider } from '../../core/voice-port.ts';
import { openNetwork, type ServiceNetwork } from '../shared/service-network.ts';
import { WireSession } from '../shared/wire-session.ts';
import { RECONNECT_DELAYS_MS, wireVoice } from '../shared/wire-voice.ts';
import { endingSoon, modelName } from './openai-models.ts';
import { realtimeTalk } from './openai-realtime-talk.ts';
import { isOpenAi, OPENAI_REALTIME_URL, openAiVoices } from './openai-voices.ts';
import { REALTIME_CAPABILITIES } from './realtime-capabilities.ts';
import type { WireOptions } from './session-settings.ts';

export type OpenAiRealtimeOptions = {
  /** Null for a service that asks for none. */
  readonly apiKey: string | null;
  /** WebSocket address of the service; OpenAI's if left out. A `model` in its query wins over the avatar's. */
  readonly url?: string;
  readonly turnDetection?: WireOptions['turnDetection'];
  /** The way to it; left out: any. */
  readonly network?: ServiceNetwork;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reconnectDelaysMs?: readonly number[];
};

/**
 * Speech to speech with OpenAI's Realtime API (https://developers.openai.com/api/reference/resources/realtime), or with a
 * server that speaks it. Each talk has a WebSocket of its own.
 */
export function createOpenAiRealtimeVoice(options: OpenAiRealtimeOptions): VoiceProvider {
  const { clock, logger, network = openNetwork, reconnectDelaysMs = RECONNECT_DELAYS_MS } = options;
  const base = new URL(options.url ?? OPENAI_REALTIME_URL);
  const headers = options.apiKey === null ? {} : { authorization: `Bearer ${options.apiKey}` };
  const wire: WireOptions = {
    isOpenAi: isOpenAi(options.url),
    turnDetection: options.turnDetection ?? 'server_vad',
  };
  const warned = new Set<string>();
  /** Once for each name: every talk of an avatar has the same. */
  const warnOf = (model: string): void => {
    const warning = wire.isOpenAi && !warned.has(model) ? endingSoon(model, new Date()) : null;
    if (warning === null) return;
    warned.add(model);
    logger.warn({ model }, warning);
  };
  return wireVoice({
    id: openAiVoices(options.url).provider,
    capabilities: REALTIME_CAPABILITIES,
    newSession: (config, listener) => {
      warnOf(config.model);
      const url = addressOf(base, modelName(config.model, wire.isOpenAi));
      const address = { url, headers, socketOptions: network.socketOptions(url) };
      const talk = realtimeTalk(config, wire);
      return new WireSession({ address, talk, clock, logger, reconnectDelaysMs }, listener);
    },
  });
}

function addressOf(base: URL, model: string): string {
  const url = new URL(base);
  if (!url.searchParams.has('model')) url.searchParams.set('model', model);
  return url.href;
}
