import { expect, it } from 'vitest';
import { readSessionPatch } from './session-patch.ts';
import { patchView, type SessionView, toConfigPatch } from './session-view.ts';

const VIEW: SessionView = {
  id: 'sess_1',
  model: 'navtalk.Iris',
  instructions: '',
  modality: 'audio',
  voice: 'cedar',
  speed: 1,
  tools: [],
  usesTools: true,
  transcription: null,
  maxOutputTokens: 'inf',
  tracing: null,
  inputFormat: 'audio/pcm',
  outputFormat: 'audio/pcm',
  turnDetection: {
    type: 'server_vad',
    threshold: 0.5,
    prefixPaddingMs: 300,
    silenceDurationMs: 500,
    eagerness: 'auto',
    createsResponse: true,
    interruptsResponse: true,
  },
};

function turnsAfter(...wishes: readonly unknown[]) {
  const views = wishes.reduce<{ view: SessionView; told: ReturnType<typeof toConfigPatch> }>(
    ({ view }, wish) => {
      const patch = readSessionPatch({ audio: { input: { turn_detection: wish } } });
      const next = patchView(view, patch);
      return { view: next, told: toConfigPatch(view, next, patch) };
    },
    { view: VIEW, told: null },
  );
  return views.told?.turnDetection;
}

it.each([
  ['the client alone', [null], { endsBy: 'client', silenceDurationMs: 3_600_000 }],
  ['the silence that it set', [{ type: 'server_vad', silence_duration_ms: 900 }], { silenceDurationMs: 900 }],
  [
    'its sense, as eagerly as wished',
    [{ type: 'semantic_vad', eagerness: 'low' }],
    { endsBy: 'sense', eagerness: 'low', silenceDurationMs: 1000 },
  ],
  ['silence, after it was sense', [{ type: 'semantic_vad' }, { type: 'server_vad' }], { endsBy: 'silence' }],
])('a turn is ended by %s', (_by, wishes, turns) => {
  expect(turnsAfter(...wishes)).toMatchObject({ endsBy: 'silence', ...turns });
});
