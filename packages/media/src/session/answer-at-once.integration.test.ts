import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Clock, systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/logger.ts';
import { ManualClock } from '../core/manual-clock.ts';
import { DEFAULT_TURN_DETECTION, type VoiceProvider } from '../core/voice-port.ts';
import type { VoiceScript } from '../voice/scripted/script.ts';
import { createScriptedVoice } from '../voice/scripted/scripted-voice.ts';
import { waitUntil } from '../webrtc/testing/wait-until.ts';
import { WorkerResources } from '../worker/worker-resources.ts';
import { Session } from './session.ts';
import type { SessionEvent } from './session-events.ts';

const SIZE = { widthPx: 256, heightPx: 256 };
const SOUND_MS = 400;
const ANSWER = [
  { do: 'write', text: 'Here I am.' },
  { do: 'speak', sound: { toneHz: 200, durationMs: SOUND_MS } },
] as const;

let cachePath: string;
let worker: WorkerResources;

beforeAll(async () => {
  cachePath = await mkdtemp(path.join(tmpdir(), 'visavis-session-'));
  worker = await WorkerResources.open(
    { cachePath, logLevel: 'error', warmBundlePaths: [], ...SIZE, publicAddresses: [], allowScriptedVoice: false },
    silentLogger,
    systemClock,
  );
});
afterAll(async () => {
  await worker.close();
  await rm(cachePath, { recursive: true, force: true });
});

function sessionOf(voice: VoiceProvider, onEvent: (event: SessionEvent) => void, clock: Clock = worker.clock): Session {
  const resources = {
    clock,
    speechModel: worker.speechModel,
    articulation: worker.articulation,
    network: worker.network,
    voice: async () => voice,
    holdFace: worker.holdFace.bind(worker),
    idleLoop: worker.idleLoop.bind(worker),
  };
  const bundlePath = path.resolve(import.meta.dirname, '../../../../avatars/iris');
  return new Session(
    {
      sessionId: 'at-once',
      provider: 'scripted',
      model: '',
      voice: '',
      language: 'en',
      prompt: '',
      firstMessage: '',
      tools: [],
      turnDetection: DEFAULT_TURN_DETECTION,
      audioBack: true,
      iceServers: [],
      avatar: { id: 'iris', name: 'Iris', bundlePath },
      ...SIZE,
    },
    resources,
    silentLogger,
    onEvent,
  );
}

async function open(script: VoiceScript, onEvent: (event: SessionEvent, session: Session) => void = () => {}) {
  const events: SessionEvent[] = [];
  const session = sessionOf(createScriptedVoice(script), (event) => {
    events.push(event);
    onEvent(event, session);
  });
  await session.start();
  session.handle({ type: 'begin' });
  return { session, events };
}

/** Sound that a client got, in milliseconds. */
function soundMs(events: readonly SessionEvent[]): number {
  return events.reduce((sum, event) => sum + (event.type === 'reply-audio' ? event.bytes.length / 48 : 0), 0);
}

it.each(['open', 'text', 'respond', 'history', 'configure'] as const)(
  'a voice that answers within the call that gave it (%s) keeps all its sound',
  async (on) => {
    const { session, events } = await open({ reactions: [{ on, steps: ANSWER }] });
    session.handle({ type: 'history', items: [{ role: 'user', text: 'Hello?' }] });
    session.handle({ type: 'configure', patch: { prompt: 'Be brief.' } });
    session.handle({ type: 'user-text', text: 'Are you there?', reply: on === 'respond' });
    await session.close('test-over');
    expect(soundMs(events)).toBe(SOUND_MS);
    const order = [...new Set(events.map(({ type }) => type))];
    expect(order.indexOf('ready')).toBeLessThan(order.indexOf('reply-started'));
    expect(order.indexOf('reply-started')).toBeLessThan(order.indexOf('reply-audio'));
  },
);

it('a reply that is interrupted at once is neither heard nor handed on, though its sound was there already', async () => {
  let isInterrupted = false;
  const { session, events } = await open(
    { reactions: [{ on: 'respond', steps: [...ANSWER, ...ANSWER] }], onCancel: 'ignore' },
    (event, current) => {
      if (event.type !== 'reply-started' || isInterrupted) return;
      isInterrupted = true;
      current.handle({ type: 'interrupt' });
    },
  );
  session.handle({ type: 'respond' });
  await waitUntil(() => events.some(({ type }) => type === 'reply-done'), 5000);
  await session.close('test-over');
  expect(events.filter(({ type }) => type === 'reply-done')).toMatchObject([{ interrupted: true, playedMs: 0 }]);
  expect(soundMs(events)).toBe(0);
});

it.each(['open', 'close'] as const)(
  'a voice that never answers when it is to %s ends its call all the same',
  async (silent) => {
    const events: SessionEvent[] = [];
    const voice = createScriptedVoice({ reactions: [] });
    const clock = new ManualClock();
    const never = new Promise<never>(() => {});
    const session = sessionOf(
      {
        ...voice,
        open: async (...given) => (silent === 'open' ? never : { ...(await voice.open(...given)), close: () => never }),
      },
      (event) => events.push(event),
      clock,
    );
    const started = session.start();
    if (silent === 'close') {
      await started;
      void session.close('test-over');
    }
    const isClosed = () => events.some(({ type }) => type === 'closed');
    await waitUntil(() => {
      clock.advance(5_000);
      return isClosed();
    }, 20_000);
    const told = events.find((event) => event.type === 'failed');
    if (silent === 'open') expect(told).toMatchObject({ code: 'voice-unavailable', fatal: true });
  },
);
