import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { silentLogger } from '../core/logger.ts';
import { ManualClock } from '../core/manual-clock.ts';
import { DEFAULT_TURN_DETECTION, type VoiceProvider, type VoiceSession } from '../core/voice-port.ts';
import { Pipeline, type PipelineEvent } from '../pipeline.ts';
import type { CallResources } from './call-resources.ts';
import { Session } from './session.ts';
import type { SessionConfig, SessionEvent } from './session-events.ts';

const config: SessionConfig = {
  sessionId: 'closing',
  avatar: { id: 'iris', name: 'Iris', bundlePath: '' },
  provider: 'scripted',
  model: '',
  voice: '',
  language: 'en',
  prompt: '',
  firstMessage: '',
  tools: [],
  turnDetection: DEFAULT_TURN_DETECTION,
  audioBack: false,
  widthPx: 256,
  heightPx: 256,
  iceServers: [],
};

let clock: ManualClock;
const told: SessionEvent[] = [];

beforeEach(() => {
  clock = new ManualClock();
  told.length = 0;
});
afterEach(() => vi.restoreAllMocks());

/** A call whose stages do nothing but close. */
function callWith(
  open: VoiceProvider['open'],
  onClose: (tell: (event: PipelineEvent) => void) => void = () => {},
  sessionId = config.sessionId,
) {
  vi.spyOn(Pipeline, 'open').mockImplementation(async (_config, _resources, _capabilities, _logger, listener) => {
    const stages = {
      offer: async () => {},
      setUserTurnOpen: () => {},
      setAvatarSpeaking: () => {},
      expression: { handle: () => {} },
      flushReplies: () => ({ turnId: told.findLast((event) => event.type === 'reply-started')?.turnId, playedMs: 400 }),
      close: () => onClose(listener),
    };
    return stages as unknown as Pipeline;
  });
  const voice = {
    id: 'scripted',
    capabilities: { answers: true },
    open,
    close: async () => {},
  } as unknown as VoiceProvider;
  const resources = { clock, voice: async () => voice } as unknown as CallResources;
  return new Session({ ...config, sessionId }, resources, silentLogger, (event) => told.push(event));
}

it('a voice that opens after its time is up is closed', async () => {
  const late = Promise.withResolvers<VoiceSession>();
  const session = callWith(() => late.promise);
  const started = session.start();
  await vi.waitFor(() => expect(clock.pendingTimers).toBe(1));
  clock.advance(20_000);
  await started;
  expect(told).toContainEqual(expect.objectContaining({ type: 'failed', code: 'voice-unavailable' }));
  const close = vi.fn(async () => {});
  late.resolve({ send: () => {}, close });
  await vi.waitFor(() => expect(close).toHaveBeenCalledTimes(1));
});

it('the end of a film that cannot be written any more is told before the call is closed', async () => {
  const session = callWith(
    async () => ({ send: () => {}, close: async () => {} }),
    (tell) => tell({ type: 'recording-failed', error: 'The disk is nearly full.' }),
  );
  await session.start();
  await session.close('hung up');
  expect(told.slice(-2)).toMatchObject([
    { type: 'failed', code: 'recording-failed', fatal: false },
    { type: 'closed', reason: 'hung up' },
  ]);
});

it('replies and turns have ids that no other talk has', async () => {
  const ids = [];
  for (const sessionId of ['5c2d8e9fa1b04c3d9e8f7a6b5c4d3e2f', '6d3e9fa0b2c15d4eaf908b7c6d5e4f30']) {
    const session = callWith(async () => ({ send: () => {}, close: async () => {} }), undefined, sessionId);
    await session.start();
    session.handle({ type: 'user-text', text: 'Hello', reply: true });
    ids.push(told.findLast((event) => event.type === 'reply-started')?.turnId);
    await session.close('hung up');
  }
  expect(ids).toEqual(['resp_5c2d8e9fa1b04c3d_2', 'resp_6d3e9fa0b2c15d4e_2']);
});

it('what was heard of a reply that plays is told before the call is closed', async () => {
  const session = callWith(async () => ({ send: () => {}, close: async () => {} }));
  await session.start();
  session.handle({ type: 'user-text', text: 'Hello', reply: true });
  await session.close('hung up');
  expect(told.slice(-2)).toMatchObject([
    { type: 'reply-done', interrupted: true, playedMs: 400 },
    { type: 'closed', reason: 'hung up' },
  ]);
});
