import { expect, test } from 'vitest';
import { WORDS_THAT_THROW } from '../../packages/media/src/voice/scripted/script.ts';
import { describeUnderAttack } from './support/attack.ts';

const WAIT_MS = 30_000;
const nested = (depth: number): string => `${'{"p":'.repeat(depth)}{}${'}'.repeat(depth)}`;

describeUnderAttack('a media worker that all share', {}, (arena) => {
  test('does not end by a deep tool, stored or sent', async () => {
    const pids = arena.server.mediaWorkers();
    await arena.whileNeighbourTalks(async () => {
      const { owner, path, key, avatarId } = await arena.newProject();
      for (const depth of [30, 100, 1000, 2000]) {
        const tools = [{ name: 'deep', description: '', parameters: JSON.parse(nested(depth)) }];
        await owner.send('PATCH', `${path}/avatars/${avatarId}`, { tools });
        const call = arena.call({ license: key, avatarId });
        await call.event('realtime.session.updated', 0, WAIT_MS);
        const parameters = nested(depth);
        const tool = `{"type":"function","name":"deep","description":"","parameters":${parameters}}`;
        call.socket.send(`{"type":"session.update","session":{"tools":[${tool}]}}`);
        call.socket.send(`{"type":"realtime.input_config","data":{"tools":[${tool}]}}`);
        call.send({ type: 'realtime.input_text', data: { content: 'Are you there?' } });
        await Promise.race([call.event('realtime.response.audio_transcript.delta', 0, WAIT_MS), call.closed]);
        call.socket.close();
        await call.closed;
      }
    });
    expect(arena.server.mediaWorkers()).toEqual(pids);
  });

  test('does not end by an error that nobody caught: the call that made it does', async () => {
    const pids = arena.server.mediaWorkers();
    const { key, avatarId } = await arena.newProject();
    await arena.whileNeighbourTalks(async () => {
      for (let attempt = 0; attempt < 5; attempt += 1) {
        const call = arena.call({ license: key, avatarId });
        await call.event('realtime.session.updated', 0, WAIT_MS);
        call.send({ type: 'realtime.input_text', data: { content: WORDS_THAT_THROW } });
        await call.closed;
        expect(call.types()).toContain('conversation.connected.backend_error');
      }
    });
    expect(arena.server.mediaWorkers()).toEqual(pids);
  });
});
