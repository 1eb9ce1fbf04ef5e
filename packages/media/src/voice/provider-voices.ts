import type { ProviderVoices } from '../core/voice-port.ts';
import { cascadeVoices } from './cascade-voices.ts';
import { localVoices } from './local/local-voices.ts';
import { openAiVoices } from './openai-realtime/openai-voices.ts';
import { operatorVoices } from './operator/operator-voices.ts';

export type { ProviderVoices, VoiceDescription } from '../core/voice-port.ts';

/** What the providers say of their voices; the first is that of new avatars. `openAiUrl`: a server in place of OpenAI's. */
export function describeVoices(settings: {
  readonly openAiUrl: string | undefined;
  readonly hasSpeechService: boolean;
}): readonly ProviderVoices[] {
  return [localVoices, openAiVoices(settings.openAiUrl), cascadeVoices(settings.hasSpeechService), operatorVoices];
}
