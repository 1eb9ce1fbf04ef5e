import { expect, test } from 'vitest';
import { describeUnderAttack } from './support/attack.ts';

describeUnderAttack('the places of calls that were lost', {}, (arena) => {
  const open = async (query: Readonly<Record<string, string>>) => {
    const client = arena.call({ ...query, visavis: '1' });
    const { data } = await client.event('realtime.session.created', 0, 20_000);
    await client.event('realtime.session.updated', 0, 20_000);
    return { client, session: { replaces: String(data.sessionId), reconnectKey: String(data.reconnectKey) } };
  };

  test('are taken by the call itself, and by nobody who only knows its session, or has another key', async () => {
    const { owner, path, key, licenceId, avatarId } = await arena.newProject();
    const stranger = await arena.newProject();
    await owner.send('PATCH', `${path}/keys/${licenceId}`, { maxConcurrentCalls: 1 });
    const query = { license: key, avatarId };
    const { client: ghost, session } = await open(query);
    const { client: far, session: farSession } = await open({ license: stranger.key, avatarId: stranger.avatarId });

    const attacks: readonly Readonly<Record<string, string>>[] = [
      { replaces: session.replaces },
      { replaces: session.replaces, reconnectKey: farSession.reconnectKey },
      { ...session, reconnectKey: `${session.reconnectKey.slice(0, -2)}AA` },
      { ...session, reconnectKey: key },
      farSession,
    ];
    for (const attack of attacks) {
      const refused = arena.call({ ...query, visavis: '1', ...attack });
      expect([attack, (await refused.closed).code]).toEqual([attack, 4429]);
    }
    // With the right key of the session, but a licence of somebody else: an ordinary call of that licence.
    const thief = await open({ license: stranger.key, avatarId: stranger.avatarId, ...session });
    expect([ghost.socket.readyState, far.socket.readyState]).toEqual([1, 1]);
    thief.client.socket.close();
    const back = await open({ ...query, ...session });
    expect((await ghost.closed).code).toBe(4409);
    expect(back.client.socket.readyState).toBe(1);
  });
});
