import { buildSayState, buildSessionCreated } from '@visavis/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connected } from './testing.ts';
import type { UtteranceChange } from './utterances.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const nothing = { playedMs: 0, heardText: '', message: '' } as const;

it('a text to be said tells when it begins to sound and when it is over, by promises and by events', async () => {
  const { call, world } = await connected();
  const changes: UtteranceChange[] = [];
  call.on('utterance', (change) => changes.push(change));
  const said = call.say('We close soon.', { interruptible: false, mode: 'replace' });
  expect(world.socket.sent.at(-1)).toEqual({
    type: 'visavis.say',
    data: { text: 'We close soon.', interruptible: false, mode: 'replace', utteranceId: said?.utteranceId },
  });
  const utteranceId = said?.utteranceId ?? '';
  world.socket.receive(buildSayState('r1', { utteranceId, state: 'queued', ...nothing }));
  world.socket.receive(buildSayState('r1', { utteranceId, state: 'started', ...nothing }));
  expect(await said?.started).toBe(true);
  const end = { utteranceId, state: 'ended', playedMs: 900, heardText: 'We close soon.', message: '' } as const;
  world.socket.receive(buildSayState('r1', end));
  expect(await said?.ended).toEqual({ ...end, replyId: 'r1' });
  expect(changes.map(({ state }) => state)).toEqual(['queued', 'started', 'ended']);
});

it('one that fails never began, and one that was heard in part did', async () => {
  const { call, world } = await connected();
  const [failed, cut] = [call.say('One.', { utteranceId: 'a' }), call.say('Two.', { utteranceId: 'b' })];
  const message = 'The voice has said nothing of it.';
  world.socket.receive(buildSayState(null, { utteranceId: 'a', state: 'failed', ...nothing, message }));
  world.socket.receive(buildSayState('r2', { utteranceId: 'b', state: 'interrupted', ...nothing, playedMs: 300 }));
  expect([await failed?.started, await cut?.started]).toEqual([false, true]);
  expect(await failed?.ended).toMatchObject({ state: 'failed', message, replyId: '' });
});

it('an id is taken until its text is over, and nothing is said before the session is ready or of a blank text', async () => {
  const { call, world } = await connected();
  expect(call.say('One.', { utteranceId: 'a' })).not.toBeNull();
  expect(call.say('Two.', { utteranceId: 'a' })).toBeNull();
  expect(call.say('  ')).toBeNull();
  world.socket.receive(buildSayState('r1', { utteranceId: 'a', state: 'ended', ...nothing }));
  expect(call.say('Three.', { utteranceId: 'a' })).not.toBeNull();
  call.hangUp();
  expect(call.say('Four.')).toBeNull();
});

it('a call that ends, or loses its connection, interrupts what was to be said', async () => {
  const { call } = await connected();
  const said = call.say('We close soon.');
  call.hangUp();
  expect(await said?.started).toBe(false);
  expect(await said?.ended).toMatchObject({ state: 'interrupted', heardText: '' });
});

it('what somebody else has said is told too, and what cannot be read is left out', async () => {
  const { call, world } = await connected();
  const changes: UtteranceChange[] = [];
  call.on('utterance', (change) => changes.push(change));
  world.socket.receive(buildSayState('r1', { utteranceId: 'by-rest', state: 'started', ...nothing }));
  world.socket.receiveText('{"type":"visavis.say.state","data":{"utteranceId":"x","state":"odd"}}');
  world.socket.receiveText('{"type":"visavis.say.state","data":{"state":"ended"}}');
  world.socket.receive(buildSessionCreated('s1'));
  expect(changes.map(({ utteranceId }) => utteranceId)).toEqual(['by-rest']);
});

it('only force interrupts what is not interruptible', async () => {
  const { call, world } = await connected();
  call.interrupt();
  call.interrupt({ force: true });
  expect(world.socket.sent.slice(-2)).toEqual([
    { type: 'response.cancel' },
    { type: 'visavis.interrupt', data: { force: true } },
  ]);
});
