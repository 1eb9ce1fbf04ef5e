import { expect, it } from 'vitest';
import { readSessionPatch, writeSessionPatch } from './session-patch.ts';

const PARAMETERS = { type: 'object', properties: {}, required: [] };
const WHOLE = {
  instructions: 'Be brief.',
  output_modalities: ['text'],
  tools: [{ type: 'function', name: 'clock', description: 'Tells the time.', parameters: PARAMETERS }],
  tool_choice: 'none',
  max_output_tokens: 500,
  tracing: { workflow_name: 'shop' },
  audio: {
    input: {
      format: { type: 'audio/pcmu' },
      transcription: { model: 'whisper-1', language: 'de' },
      turn_detection: {
        type: 'server_vad',
        threshold: 0.4,
        prefix_padding_ms: 200,
        silence_duration_ms: 700,
        eagerness: 'low',
        create_response: false,
        interrupt_response: false,
      },
    },
    output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'marin', speed: 1.2 },
  },
};

it.each<[string, object]>([
  ['with everything', WHOLE],
  ['with nothing', {}],
  ['that clears', { audio: { input: { turn_detection: null, transcription: null } }, tracing: null }],
  ['of the beta', { voice: 'marin', modalities: ['text'], input_audio_format: 'g711_alaw', turn_detection: null }],
])('a session %s is written as it was read', (_what, session) => {
  const patch = readSessionPatch({ ...session });
  expect(readSessionPatch(writeSessionPatch(patch))).toEqual(patch);
});

it('what nobody here has a use for is not written', () => {
  expect(writeSessionPatch(readSessionPatch({ ...WHOLE, prompt: { id: 'p' }, include: ['x'] }))).toEqual(WHOLE);
});
