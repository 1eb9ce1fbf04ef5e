import type { VoiceCapabilities, VoiceConfig, VoiceEvent, VoiceProvider, VoiceSession } from '../../core/voice-port.ts';

/** By the number of attempts that have failed; the one after the last ends the talk. About half a minute in all. */
export const RECONNECT_DELAYS_MS = [100, 500, 1000, 2000, 4000, 8000, 15_000] as const;

type OpenedSession = VoiceSession & {
  /** Resolves once the talk can begin. */
  open(): Promise<void>;
};

type WireVoice = {
  readonly id: string;
  readonly capabilities: VoiceCapabilities;
  /** Throws where the service's address is none that may be reached. */
  readonly newSession: (config: VoiceConfig, listener: (event: VoiceEvent) => void) => OpenedSession;
};

/** A voice whose talks have a connection each. */
export function wireVoice({ id, capabilities, newSession }: WireVoice): VoiceProvider {
  const sessions = new Set<OpenedSession>();
  return {
    id,
    capabilities,
    async open(config, listener, signal) {
      signal.throwIfAborted();
      const session = newSession(config, listener);
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
