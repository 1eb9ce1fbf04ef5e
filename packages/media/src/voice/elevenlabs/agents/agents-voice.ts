import type { Clock } from '../../../core/clock.ts';
import type { Logger } from '../../../core/logger.ts';
import type { VoiceProvider } from '../../../core/voice-port.ts';
import type { ServiceNetwork } from '../../shared/service-network.ts';
import { RECONNECT_DELAYS_MS, wireVoice } from '../../shared/wire-voice.ts';
import { AgentSession } from './agent-session.ts';
import { AGENT_CAPABILITIES } from './capabilities.ts';
import { findAddress } from './find-address.ts';
import type { Words } from './initiation.ts';

export type AgentsVoiceOptions = {
  readonly agent: string;
  readonly words: Words;
  /** Base URL of the service. */
  readonly url: string;
  /** Null: the agent is open to everybody. */
  readonly apiKey: string | null;
  readonly network: ServiceNetwork;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reconnectDelaysMs?: readonly number[];
};

/** Speech to speech with an agent of ElevenLabs. Each talk is a conversation with a WebSocket of its own. */
export function createAgentsVoice(options: AgentsVoiceOptions): VoiceProvider {
  const { words, network, clock, logger, reconnectDelaysMs = RECONNECT_DELAYS_MS } = options;
  return wireVoice({
    id: 'elevenlabs-agents',
    capabilities: AGENT_CAPABILITIES,
    newSession: (config, listener) => {
      const address = (signal: AbortSignal) => findAddress(options, signal);
      return new AgentSession({ address, words, network, clock, logger, reconnectDelaysMs }, config, listener);
    },
  });
}
