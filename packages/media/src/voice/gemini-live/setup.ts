import type { VoiceConfig } from '../../core/voice-port.ts';
import { spokenPersona } from '../persona.ts';
import { modelOf } from '../shared/model-entry.ts';
import { GEMINI_LIVE_MODEL, voiceName } from './gemini-voices.ts';
import type { SetupMessage } from './wire-messages.ts';

/** The settings of a talk: they hold as long as a connection. */
export function setupOf(config: VoiceConfig): SetupMessage {
  const { tools } = config;
  return {
    model: resourceName(modelOf(config.model, GEMINI_LIVE_MODEL)),
    generationConfig: {
      responseModalities: ['AUDIO'],
      speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: voiceName(config.voice) } } },
    },
    systemInstruction: { parts: [{ text: instructionsOf(config) }] },
    ...(tools.length === 0
      ? {}
      : {
          tools: [
            {
              functionDeclarations: tools.map(({ name, description, parameters }) => ({
                name,
                description,
                parametersJsonSchema: parameters,
              })),
            },
          ],
        }),
    realtimeInputConfig: { automaticActivityDetection: { disabled: true } },
    inputAudioTranscription: {},
    outputAudioTranscription: {},
    // Otherwise a talk ends after 15 minutes, one with pictures after two.
    contextWindowCompression: { slidingWindow: {} },
  };
}

function resourceName(model: string): string {
  return model.startsWith('models/') ? model : `models/${model}`;
}

/** What stands in brackets comes from us, since the service takes no other instructions during a talk. */
function instructionsOf(config: VoiceConfig): string {
  return [
    spokenPersona(config),
    'Notes in [square brackets] come from the system and not from the user: follow them, and never read them out or mention them.',
  ].join('\n\n');
}
