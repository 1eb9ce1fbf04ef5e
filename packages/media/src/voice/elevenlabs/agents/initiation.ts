import type { VoiceConfig } from '../../../core/voice-port.ts';
import { personaOf } from '../../persona.ts';
import { isOwnVoice } from '../../shared/own-voice.ts';
import { AGENT_LANGUAGES } from './capabilities.ts';
import type { Initiation } from './wire-messages.ts';

/** Whose prompt, first message, language and voice hold. */
export type Words = 'avatar' | 'agent';

/** How a conversation begins. One that goes on after a lost connection is not greeted again. */
export function initiation(config: VoiceConfig, words: Words, isFirst: boolean): Initiation {
  const type = 'conversation_initiation_client_data';
  if (words === 'agent') return { type };
  const language = languageOf(config.language);
  return {
    type,
    conversation_config_override: {
      agent: {
        prompt: { prompt: personaOf(config) },
        first_message: isFirst ? config.firstMessage : '',
        ...(language === null ? {} : { language }),
      },
      ...(config.voice !== '' && isOwnVoice(config.voice) ? { tts: { voice_id: config.voice } } : {}),
    },
  };
}

/** True when the agent may begin to speak unasked, in the first conversation of a talk. */
export function mayGreet(config: VoiceConfig, words: Words): boolean {
  return words === 'agent' || config.firstMessage.trim() !== '';
}

/** Null: not one that agents may be told to speak. */
function languageOf(tag: string): string | null {
  const whole = tag.toLowerCase();
  const [primary = ''] = whole.split('-');
  return [whole, primary].find((name) => AGENT_LANGUAGES.includes(name)) ?? null;
}
