import { expect, test } from 'vitest';
import { WORDS_THAT_BLOCK } from '../../packages/media/src/voice/scripted/script.ts';
import { type Arena, describeUnderAttack } from './support/attack.ts';

const WAIT_MS = 30_000;
/** The longest text that may be spoken. */
const SPOKEN_CHARACTERS = 10_000;

/** Texts that took time by the square of their length, or give an engine nothing that it knows. */
const HOSTILE = [
  '[',
  '![',
  '](',
  ' ',
  '"',
  '“',
  '.',
  'A. ',
  'Mr. ',
  '- ',
  '\n',
  '1',
  '1,',
  'say only ',
  'tell ',
  '\u0000',
  '\u0301',
  '字',
];

/** A call with the built-in voice, in a project of its own. */
async function localCall(arena: Arena) {
  const { owner, path, key } = await arena.newProject();
  const [system] = (await owner.get(`${path}/avatars`)).body;
  const fields = { fromAvatarId: system.avatarId, name: 'Talker', provider: 'local', model: 'local' };
  const { avatarId } = (await owner.post(`${path}/avatars`, fields)).body;
  const call = arena.call({ license: key, avatarId });
  await call.event('realtime.session.updated', 0, WAIT_MS);
  return call;
}

describeUnderAttack('the time of a media worker that all share', {}, (arena) => {
  test('is not taken by texts to be spoken, nor by words and instructions', async () => {
    const pids = arena.server.mediaWorkers();
    const call = await localCall(arena);
    await arena.whileNeighbourTalks(async () => {
      for (const pump of HOSTILE) {
        const text = `${pump.repeat(SPOKEN_CHARACTERS / pump.length - 1)}x`;
        call.send({ type: 'visavis.say', data: { text } });
        call.send({ type: 'realtime.input_text', data: { content: text } });
        call.send({ type: 'response.create', response: { instructions: `Say only ${text}` } });
        call.send({ type: 'response.cancel' });
      }
      const asked = call.types().filter((type) => type === 'realtime.response.audio_transcript.delta').length;
      call.send({ type: 'visavis.say', data: { text: 'I am still here.' } });
      await call.event('realtime.response.audio_transcript.delta', asked, WAIT_MS);
    });
    call.socket.close();
    await call.closed;
    expect(arena.server.mediaWorkers()).toEqual(pids);
  });

  test('is not taken by a text of 200,000 brackets, and hanging up ends what is being spoken', async () => {
    const pids = arena.server.mediaWorkers();
    const call = await localCall(arena);
    await arena.whileNeighbourTalks(async () => {
      call.send({ type: 'visavis.say', data: { text: '['.repeat(200_000) } });
      call.send({ type: 'visavis.say', data: { text: 'Every word takes its time. '.repeat(300) } });
      await call.event('realtime.response.audio_transcript.delta', 0, WAIT_MS);
      call.socket.close();
      await call.closed;
      const next = await localCall(arena);
      next.send({ type: 'visavis.say', data: { text: 'Hello.' } });
      await next.event('realtime.response.audio_transcript.delta', 0, WAIT_MS);
      next.socket.close();
      await next.closed;
    });
    expect(arena.server.mediaWorkers()).toEqual(pids);
  });
});

describeUnderAttack('a media worker that hangs', { MEDIA_WORKERS: '2' }, (arena) => {
  test('is replaced, its calls are told, and calls in others do not notice', async () => {
    const readyWorkers = (): number => arena.server.output().split('A media worker is ready.').length - 1;
    await expect.poll(readyWorkers, { timeout: WAIT_MS }).toBe(2);
    const pids = arena.server.mediaWorkers();
    const { key, avatarId } = await arena.newProject();
    await arena.whileNeighbourTalks(async () => {
      // The pool gives a call to the worker that has the fewest: not to the neighbour's.
      const call = arena.call({ license: key, avatarId });
      await call.event('realtime.session.updated', 0, WAIT_MS);
      call.send({ type: 'realtime.input_text', data: { content: WORDS_THAT_BLOCK } });
      await call.event('conversation.connected.backend_error', 0, 10_000);
      await call.closed;
      const next = arena.call({ license: key, avatarId });
      await next.event('realtime.session.updated', 0, WAIT_MS);
      next.send({ type: 'realtime.input_text', data: { content: 'Are you well again?' } });
      await next.event('realtime.response.audio_transcript.delta', 0, WAIT_MS);
      next.socket.close();
      await next.closed;
    });
    expect(arena.server.output()).toMatch(/A media worker hung and was ended/);
    await expect.poll(() => arena.server.mediaWorkers().length, { timeout: WAIT_MS }).toBe(2);
    expect(arena.server.mediaWorkers()).not.toEqual(pids);
  });
});
