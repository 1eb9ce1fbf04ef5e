import type { VoiceConfig } from '../../core/voice-port.ts';
import { personaOf, spokenPersona } from '../persona.ts';
import { GPT_LIVE_MODEL, voiceName } from './live-voices.ts';
import type { LiveSettings } from './wire-messages.ts';

export function settingsOf(config: VoiceConfig, backend: string): LiveSettings {
  const { tools } = config;
  const functions = tools.map(({ name, description, parameters }) => ({
    type: 'function' as const,
    name,
    description,
    parameters,
  }));
  return {
    model: config.model.startsWith('gpt-live') ? config.model : GPT_LIVE_MODEL,
    instructions: spokenPersona(config),
    audio: { format: { type: 'audio/pcm', rate: 24_000 }, output: { voice: voiceName(config.voice) } },
    delegation: {
      type: 'responses',
      responses: {
        model: backend,
        instructions: `${personaOf(config)}\n\nYour answers are spoken in a conversation: keep them short.`,
        ...(functions.length === 0 ? {} : { tools: functions }),
      },
    },
  };
}
