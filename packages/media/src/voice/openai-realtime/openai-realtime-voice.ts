import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { VoiceProvider } from '../../core/voice-port.ts';
import { openNetwork, type ServiceNetwork } from '../shared/service-network.ts';
import { modelName } from './openai-models.ts';
import { OpenAiRealtimeSession, type SessionParts } from './openai-realtime-session.ts';
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

/** By the number of attempts that have failed; the one after the last ends the talk. About half a minute in all. */
const RECONNECT_DELAYS_MS = [100, 500, 1000, 2000, 4000, 8000, 15_000] as const;

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
  const sessions = new Set<OpenAiRealtimeSession>();
  return {
    id: openAiVoices(options.url).provider,
    capabilities: REALTIME_CAPABILITIES,
    async open(config, listener, signal) {
      signal.throwIfAborted();
      const url = addressOf(base, modelName(config.model, wire.isOpenAi));
      const address = { url, headers, socketOptions: network.socketOptions(url) };
      const parts: SessionParts = { address, wire, clock, logger, reconnectDelaysMs };
      const session = new OpenAiRealtimeSession(parts, config, listener);
      const onAbort = (): void => void close();
      const close = async (): Promise<void> => {
        signal.removeEventListener('abort', onAbort);
        sessions.delete(session);
        await session.close();
      };
      sessions.add(session);
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        await session.open();
      } catch (error) {
        await close();
        throw error;
      }
      return { send: (input) => session.send(input), close };
    },
    async close() {
      await Promise.all([...sessions].map((session) => session.close()));
      sessions.clear();
    },
  };
}

function addressOf(base: URL, model: string): string {
  const url = new URL(base);
  if (!url.searchParams.has('model')) url.searchParams.set('model', model);
  return url.href;
}
