import type { Clock } from '../core/clock.ts';
import { errorMessage } from '../core/error-message.ts';
import type { Logger } from '../core/logger.ts';
import type { LookUp } from '../core/passages.ts';
import type { VoiceConfig, VoiceEvent, VoiceProvider, VoiceSession } from '../core/voice-port.ts';
import { withinTime } from '../core/within-time.ts';
import type { CallResources } from './call-resources.ts';
import { NotedVoice } from './noted-voice.ts';
import type { SessionConfig } from './session-events.ts';
import { SessionStartError } from './session-start-error.ts';

const OPEN_LIMIT_MS = 20_000;
const CLOSE_LIMIT_MS = 2_000;

/** Throws `SessionStartError`. */
export async function findVoice({ provider, parts }: SessionConfig, resources: CallResources): Promise<VoiceProvider> {
  try {
    return await resources.voice(provider, parts);
  } catch (error) {
    throw new SessionStartError('voice-unavailable', errorMessage(error));
  }
}

/** The voice of a call, which is told what is looked up where it cannot ask. Throws `SessionStartError`. */
export async function openVoice(
  provider: VoiceProvider,
  call: SessionConfig,
  parts: {
    readonly clock: Clock;
    readonly logger: Logger;
    readonly signal: AbortSignal;
    readonly lookUp: LookUp;
    readonly listener: (event: VoiceEvent) => void;
  },
): Promise<VoiceSession> {
  const { voice, prompt, firstMessage, language, model, tools, turnDetection, avatar, looksUp } = call;
  const { clock, logger, signal, lookUp, listener } = parts;
  const config: VoiceConfig = {
    voice,
    prompt,
    firstMessage,
    avatarName: avatar.name,
    language,
    model,
    tools,
    turnDetection,
    ...(looksUp === true ? { lookUp } : {}),
  };
  try {
    const opening = provider.open(config, listener, signal);
    const opened = await withinTime(
      opening,
      limit(clock, OPEN_LIMIT_MS),
      (late) => void closeVoice(late, clock, logger),
    );
    const isNoted = looksUp === true && provider.capabilities.informed === 'by-note';
    return isNoted ? new NotedVoice(opened, lookUp, listener) : opened;
  } catch (error) {
    throw new SessionStartError('voice-unavailable', errorMessage(error));
  }
}

/** Never rejects. */
export async function closeVoice(voice: VoiceSession, clock: Clock, logger: Logger): Promise<void> {
  try {
    await withinTime(voice.close(), limit(clock, CLOSE_LIMIT_MS));
  } catch (error) {
    logger.warn({ error: errorMessage(error) }, 'A voice did not close cleanly.');
  }
}

/** A voice that neither does what it is asked nor says that it cannot holds up no call, nor the place of one that is over. */
function limit(clock: Clock, limitMs: number) {
  return { clock, limitMs, message: `The voice did not answer within ${limitMs / 1000} s.` };
}
