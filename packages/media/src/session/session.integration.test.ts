import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/logger.ts';
import { DEFAULT_TURN_DETECTION, type VoiceInput, type VoiceProvider } from '../core/voice-port.ts';
import { speakWithFlite } from '../visemes/flite-speech.fixture.ts';
import { waitUntil } from '../webrtc/testing/wait-until.ts';
import { WorkerResources } from '../worker/worker-resources.ts';
import type { CallResources } from './call-resources.ts';
import { Session } from './session.ts';
import type { SessionConfig } from './session-events.ts';

const SIZE = { widthPx: 256, heightPx: 256 };
const CONFIG: SessionConfig = {
  sessionId: 'listening',
  avatar: { id: 'iris', name: 'Iris', bundlePath: path.resolve(import.meta.dirname, '../../../../avatars/iris') },
  provider: 'notebook',
  model: '',
  voice: '',
  language: 'en',
  prompt: '',
  firstMessage: '',
  tools: [],
  turnDetection: DEFAULT_TURN_DETECTION,
  audioBack: false,
  ...SIZE,
  iceServers: [],
};

/** A voice that says nothing and writes down what it is given. */
function notebookVoice(inputs: VoiceInput[]): VoiceProvider {
  return {
    id: 'notebook',
    capabilities: {
      detectsTurns: false,
      canTruncate: false,
      sees: false,
      tools: false,
      answers: true,
      hears: true,
      timings: 'none',
      speaks: 'exactly',
      echoesUser: false,
      languages: 'any',
    },
    open: async () => ({ send: (input) => void inputs.push(input), close: async () => {} }),
    close: async () => {},
  };
}

it('tells the voice how long the user has been silent, while the turn lasts', async () => {
  const cachePath = await mkdtemp(path.join(tmpdir(), 'visavis-session-'));
  const worker = await WorkerResources.open(
    { cachePath, logLevel: 'error', warmBundlePaths: [], ...SIZE, publicAddresses: [], allowScriptedVoice: false },
    silentLogger,
    systemClock,
  );
  const inputs: VoiceInput[] = [];
  const resources: CallResources = {
    clock: worker.clock,
    speechModel: worker.speechModel,
    articulation: worker.articulation,
    network: worker.network,
    voice: async () => notebookVoice(inputs),
    holdFace: (bundlePath, size) => worker.holdFace(bundlePath, size),
    idleLoop: (face, codec) => worker.idleLoop(face, codec),
  };
  const session = new Session(CONFIG, resources, silentLogger, () => {});
  try {
    await session.start();
    session.handle({ type: 'begin' });
    const { pcm24k } = await speakWithFlite('Could you tell me the way to the station please', 'slt');
    const sound = new Int16Array(pcm24k.length + 24_000);
    sound.set(pcm24k);
    for (let start = 0; start < sound.length; start += 2400) {
      const part = sound.slice(start, start + 2400);
      session.handle({ type: 'user-audio', bytes: new Uint8Array(part.buffer) });
    }
    await waitUntil(() => inputs.some((input) => input.type === 'user-turn-stopped'), 30_000);
  } finally {
    await session.close('test-over');
    await worker.close();
    await rm(cachePath, { recursive: true, force: true });
  }

  const silencesMs = inputs.flatMap((input) => (input.type === 'audio' ? [input.silenceMs] : []));
  expect(inputs[0]).toMatchObject({ type: 'user-turn-started' });
  expect(silencesMs[0]).toBe(0);
  // Silence grows frame by frame until it is long enough to end the turn.
  const last = silencesMs.at(-1) ?? 0;
  expect(last).toBeGreaterThanOrEqual(DEFAULT_TURN_DETECTION.silenceDurationMs);
  expect(silencesMs.at(-2)).toBe(last - 32);
}, 60_000);
