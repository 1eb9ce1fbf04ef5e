import { expect, test } from 'vitest';
import { describeUnderAttack } from './support/attack.ts';

describeUnderAttack('a neighbour in a call', {}, (arena) => {
  test('is answered at once while nobody attacks', async () => {
    await arena.whileNeighbourTalks(async () => {
      const { key, avatarId } = await arena.newProject();
      const call = arena.call({ license: key, avatarId });
      await call.event('realtime.session.updated', 0, 20_000);
      call.socket.close();
      await call.closed;
    });
  });

  test('notices nothing of requests and calls that are refused', async () => {
    const [{ key, avatarId }, stranger] = [await arena.newProject(), await arena.newProject()];
    const askWith = (license: string, path: string, body?: object) =>
      fetch(`${arena.url}${path}`, {
        headers: { license, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      });
    const { token } = (await (await askWith(key, '/api/v1/browser-tokens', { avatarId })).json()) as { token: string };
    const own = arena.call({ license: stranger.key, avatarId: stranger.avatarId, visavis: '1' });
    const { data } = await own.event('realtime.session.created', 0, 20_000);
    await arena.whileNeighbourTalks(async () => {
      for (let round = 0; round < 10; round += 1) {
        for (const license of [token, arena.demoKey]) {
          const writes = ['add', 'update', 'delete'].map((what) =>
            askWith(license, `/api/open/v1/avatar/${what}`, { id: avatarId, name: 'Mine', fromAvatarId: avatarId }),
          );
          const replies = await Promise.all([...writes, askWith(license, '/api/chat/sessions')]);
          expect(replies.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
        }
        const calls = [
          { license: 'sk_wrong', avatarId },
          { license: token, avatarId: stranger.avatarId },
          { license: 'sk_wrong', avatarId, visavis: '1', replaces: String(data.sessionId) },
        ];
        for (const query of calls) expect((await arena.call(query).closed).code).toBeGreaterThan(4000);
      }
    });
    own.socket.close();
    await own.closed;
  });

  test.each(['media worker of his call', 'server'])(
    'notices when the %s stands still for two seconds',
    async (part) => {
      const attack = arena.whileNeighbourTalks(async () => {
        const pid = part === 'server' ? arena.server.child.pid : arena.server.mediaWorkers()[0];
        if (pid === undefined) throw new Error('no such process was found');
        process.kill(pid, 'SIGSTOP');
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        process.kill(pid, 'SIGCONT');
      });
      await expect(attack).rejects.toThrow(/the neighbour’s answers, in ms later than/);
    },
  );

  test('is told when his media worker dies, and the operator reads of it', async () => {
    const { key, avatarId } = await arena.newProject();
    const call = arena.call({ license: key, avatarId });
    await call.event('realtime.session.updated', 0, 20_000);
    const [worker] = arena.server.mediaWorkers();
    process.kill(worker ?? 0, 'SIGKILL');
    await call.closed;
    const replaced = async () => (await arena.operator.get('/operator/log?limit=100')).body.items;
    await expect
      .poll(replaced, { timeout: 10_000 })
      .toContainEqual(expect.objectContaining({ action: 'worker.replaced', subjectId: 'died' }));
  });
});
