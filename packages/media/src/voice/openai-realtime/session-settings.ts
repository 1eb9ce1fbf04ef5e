import type { VoiceConfig } from '../../core/voice-port.ts';
import { spokenPersona } from '../persona.ts';
import { transcriptionModel } from './openai-models.ts';
import { voiceName } from './openai-voices.ts';
import { type SessionSettings, type TurnDetection, WIRE_AUDIO_FORMAT } from './wire-messages.ts';

export type WireOptions = {
  /** OpenAI refuses settings with a voice or a model that it does not know; other services have their own. */
  readonly isOpenAi: boolean;
  /** `semantic_vad` also waits for the sense of a sentence; of the turn detection settings it takes the eagerness alone. */
  readonly turnDetection: TurnDetection['type'];
};

/** The settings of a talk. The voice is left out once the service has spoken: it cannot change any more. */
export function sessionSettings(config: VoiceConfig, options: WireOptions, canSetVoice: boolean): SessionSettings {
  const voice = canSetVoice ? { voice: voiceName(config.voice, options.isOpenAi) } : {};
  return {
    type: 'realtime',
    output_modalities: ['audio'],
    instructions: spokenPersona(config),
    audio: {
      input: {
        format: WIRE_AUDIO_FORMAT,
        transcription: { model: transcriptionModel(options.isOpenAi) },
        turn_detection: turnDetectionOf(config, options),
      },
      output: { format: WIRE_AUDIO_FORMAT, ...voice },
    },
    tools: config.tools.map(({ name, description, parameters }) => ({
      type: 'function',
      name,
      description,
      parameters,
    })),
    tool_choice: 'auto',
  };
}

/** Instructions of a response replace those of the talk, so the latter are said again before them. */
export function instructionsWith(config: VoiceConfig, more: string): string {
  return `${spokenPersona(config)}\n\n${more}`;
}

function turnDetectionOf(
  { turnDetection, answersTurns = true, interruptsReplies = true }: VoiceConfig,
  options: WireOptions,
): TurnDetection | null {
  const { endsBy, eagerness } = turnDetection;
  if (endsBy === 'client') return null;
  const answers = { create_response: answersTurns, interrupt_response: interruptsReplies };
  // A call that says how eager turns are to end has chosen how they do.
  const wished = endsBy === 'sense' ? eagerness : undefined;
  if (wished !== undefined || options.turnDetection === 'semantic_vad') {
    return { type: 'semantic_vad', eagerness: wished ?? 'auto', ...answers };
  }
  return {
    type: 'server_vad',
    threshold: turnDetection.threshold,
    prefix_padding_ms: turnDetection.prefixPaddingMs,
    silence_duration_ms: turnDetection.silenceDurationMs,
    ...answers,
  };
}
