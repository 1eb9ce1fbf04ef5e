import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as nextEventLoopTurn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/logger.ts';
import { ManualClock } from '../core/manual-clock.ts';
import { DEFAULT_TURN_DETECTION } from '../core/voice-port.ts';
import { UserPipeline } from '../user-pipeline.ts';
import { speakWithFlite } from '../visemes/flite-speech.fixture.ts';
import type { ScriptedStep } from '../voice/scripted/script.ts';
import { createScriptedVoice } from '../voice/scripted/scripted-voice.ts';
import { WorkerResources } from '../worker/worker-resources.ts';
import type { CallResources } from './call-resources.ts';
import { Session } from './session.ts';
import type { SessionConfig, SessionEvent } from './session-events.ts';

const SIZE = { widthPx: 256, heightPx: 256 };
const TEXT = 'Hello, I am Iris. I can tell you about the hotel, the rooms, breakfast, and the boats in the harbour.';
const CONFIG: SessionConfig = {
  sessionId: 'echo',
  avatar: { id: 'iris', name: 'Iris', bundlePath: path.resolve(import.meta.dirname, '../../../../avatars/iris') },
  provider: 'scripted',
  model: '',
  voice: '',
  language: 'en',
  prompt: '',
  firstMessage: TEXT,
  tools: [],
  turnDetection: DEFAULT_TURN_DETECTION,
  audioBack: false,
  ...SIZE,
  iceServers: [],
};
const STEP_MS = 20;
const TALK_MS = 70_000;
const DELAY_MS = 120;
const GAIN = 10 ** (-20 / 20);

it('goes on for a minute with its own sound, 20 dB softer, in its microphone', async () => {
  const cachePath = await mkdtemp(path.join(tmpdir(), 'visavis-echo-'));
  const worker = await WorkerResources.open(
    { cachePath, logLevel: 'error', warmBundlePaths: [], ...SIZE, publicAddresses: [], allowScriptedVoice: true },
    silentLogger,
    systemClock,
  );
  const clock = new ManualClock();
  const { pcm24k } = await speakWithFlite(TEXT, 'slt');
  const reply: readonly ScriptedStep[] = [
    { do: 'write', text: TEXT, audioStartMs: 0 },
    { do: 'speak', sound: { pcm: pcm24k } },
  ];
  const voice = createScriptedVoice(
    {
      reactions: [
        { on: 'say', steps: reply },
        { on: 'respond', steps: reply },
        { on: 'user-turn-stopped', steps: [{ do: 'transcribe', text: TEXT.slice(0, 40) }, ...reply] },
      ],
    },
    { clock },
  );
  const resources: CallResources = {
    clock,
    speechModel: worker.speechModel,
    articulation: worker.articulation,
    network: worker.network,
    voice: async () => voice,
    holdFace: (bundlePath, size) => worker.holdFace(bundlePath, size),
    idleLoop: (face, codec) => worker.idleLoop(face, codec),
  };
  const events: SessionEvent[] = [];
  const playedFrames: (Int16Array | null)[] = [];
  const addPlayed = vi.spyOn(UserPipeline.prototype, 'addPlayed');
  const session = new Session(CONFIG, resources, silentLogger, (event) => events.push(event));
  let repliesAsked = 0;
  /** Before the call ends, which cuts the reply that plays. */
  let cut: SessionEvent[] = [];
  try {
    await session.start();
    session.handle({ type: 'begin' });
    for (let timeMs = 0; timeMs < TALK_MS; timeMs += STEP_MS) {
      clock.advance(STEP_MS);
      for (const [pcm48k] of addPlayed.mock.calls.splice(0)) playedFrames.push(pcm48k);
      const echo = playedFrames.at(-1 - DELAY_MS / STEP_MS) ?? new Int16Array(960);
      const microphone = Int16Array.from({ length: 480 }, (_, k) => GAIN * (echo[2 * k] as number) + (k % 7) - 3);
      session.handle({ type: 'user-audio', bytes: new Uint8Array(microphone.buffer) });
      const pipeline = addPlayed.mock.contexts.at(-1) as UserPipeline | undefined;
      const due = Math.floor((timeMs - 3 * STEP_MS) / 32);
      while (pipeline !== undefined && (pipeline.counters.framesJudged ?? due) < due) await nextEventLoopTurn();
      await nextEventLoopTurn();
      const done = events.filter((event) => event.type === 'reply-done').length;
      if (done > repliesAsked) {
        repliesAsked = done;
        session.handle({ type: 'user-text', text: 'Go on.', reply: true });
      }
    }
    cut = events.filter((event) => event.type === 'reply-done' && event.interrupted);
  } finally {
    addPlayed.mockRestore();
    await session.close('test-over');
    await worker.close();
    await rm(cachePath, { recursive: true, force: true });
  }

  const soundedMs = playedFrames.filter((frame) => frame !== null).length * STEP_MS;
  expect(soundedMs).toBeGreaterThan(50_000);
  expect(repliesAsked).toBeGreaterThan(5);
  expect(events.filter((event) => event.type === 'user-speech-started')).toEqual([]);
  expect(cut).toEqual([]);
}, 180_000);
