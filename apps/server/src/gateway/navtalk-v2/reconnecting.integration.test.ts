import { expect, it } from 'vitest';
import { scriptedAdmission } from '../test-doubles.ts';
import type { TestClient } from './test-client.ts';
import { QUERY, until, useHarness } from './test-harness.ts';

const harness = useHarness(21_103);
const OURS = { ...QUERY, visavis: '1' };

async function sessionOf(client: TestClient): Promise<{ replaces: string; reconnectKey: string }> {
  const { data } = await client.event('realtime.session.created');
  return { replaces: String(data.sessionId), reconnectKey: String(data.reconnectKey) };
}

it('a key with one call lets the call come back beside its own ghost, which ends', async () => {
  await harness.restart({ admission: scriptedAdmission(1) });
  const ghost = harness.connect(OURS);
  const session = await sessionOf(ghost);
  const stranger = harness.connect(OURS);
  expect((await stranger.closed).code).toBe(4429);

  const back = harness.connect({ ...OURS, ...session });
  await back.event('realtime.session.updated');
  expect(await ghost.closed).toEqual({ code: 4409, reason: 'Call goes on elsewhere' });
  expect(harness.commandTypes(0).at(-1)).toBe('close');
  // The one place is taken by the call that came back.
  expect((await harness.connect(OURS).closed).code).toBe(4429);
  back.socket.close();
  await until(() => harness.server.gateway.callCount() === 0, 'no call');
  await harness.connect(OURS).event('conversation.connected.success');
});

it('a client that never heard of its last session comes back with the key of an earlier one', async () => {
  await harness.restart({ admission: scriptedAdmission(1) });
  const first = harness.connect(OURS);
  const session = await sessionOf(first);
  const second = harness.connect({ ...OURS, ...session });
  await second.event('realtime.session.updated');
  const third = harness.connect({ ...OURS, ...session });
  await third.event('realtime.session.updated');
  expect((await second.closed).code).toBe(4409);
  expect((await harness.connect(OURS).closed).code).toBe(4429);
});

it('nobody takes the place of a call that is not theirs', async () => {
  await harness.restart({ admission: scriptedAdmission(2) });
  const [mine, theirs] = [harness.connect(OURS), harness.connect(OURS)];
  const [session, other] = [await sessionOf(mine), await sessionOf(theirs)];
  for (const attack of [
    { replaces: other.replaces },
    { replaces: other.replaces, reconnectKey: '' },
    { replaces: other.replaces, reconnectKey: session.reconnectKey },
    { replaces: '', reconnectKey: other.reconnectKey },
    { reconnectKey: session.reconnectKey },
  ]) {
    expect((await harness.connect({ ...OURS, ...attack }).closed).code).toBe(4429);
  }
  expect([mine.socket.readyState, theirs.socket.readyState]).toEqual([1, 1]);
});

it('the media of the ghost make room before the call that comes back is placed', async () => {
  const { placer } = harness.server;
  const ghost = harness.connect(OURS);
  const session = await sessionOf(ghost);
  placer.full = true;
  const { commands } = placer.calls[0]!;
  const push = commands.push.bind(commands);
  commands.push = (...given) => {
    if (given.some(({ type }) => type === 'close')) placer.full = false;
    return push(...given);
  };
  await harness.connect({ ...OURS, ...session }).event('realtime.session.updated');
});

it('plain clients are told no key', async () => {
  const { data } = await harness.connect().event('realtime.session.created');
  expect(data).not.toHaveProperty('reconnectKey');
});

it('clients with extensions get heartbeats, and plain ones none', async () => {
  await harness.restart({ clientHeartbeatMs: 50 });
  const [plain, ours] = [harness.connect(), harness.connect(OURS)];
  await plain.event('realtime.session.updated');
  expect((await ours.event('visavis.heartbeat', 2)).data).toEqual({ intervalMs: 50 });
  expect(plain.types()).not.toContain('visavis.heartbeat');
});

it('a browser token that is not known any more is told from a wrong key', async () => {
  const codeOf = async (license: string) => {
    const client = harness.connect({ ...OURS, license });
    const { data } = await client.event('conversation.connected.fail');
    return [data.code, (await client.closed).code];
  };
  expect(await codeOf('vt_unknown')).toEqual(['expired-token', 4401]);
  expect(await codeOf('sk_navtalk_unknown')).toEqual(['invalid-licence', 4401]);
});
