import { expect, test } from 'vitest';
import { describeUnderAttack } from './support/attack.ts';

describeUnderAttack('a neighbour in a call', {}, (arena) => {
  test('is answered within half a second while nobody attacks', async () => {
    await arena.whileNeighbourTalks(async () => {
      const { key, avatarId } = await arena.newProject();
      const call = arena.call({ license: key, avatarId });
      await call.event('realtime.session.updated', 0, 20_000);
      call.socket.close();
      await call.closed;
    });
  });

  test('notices when the media worker of his call stands still', async () => {
    const attack = arena.whileNeighbourTalks(async () => {
      const [worker] = arena.server.mediaWorkers();
      if (worker === undefined) throw new Error('no media worker was found');
      process.kill(worker, 'SIGSTOP');
      await new Promise((resolve) => setTimeout(resolve, 700));
      process.kill(worker, 'SIGCONT');
    });
    await expect(attack).rejects.toThrow(/slowest answer/);
  });

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
