import { REALTIME_V2_PATH } from '@visavis/protocol';
import { beforeAll, expect, test } from 'vitest';
import { expectPrompt } from './support/answer-times.ts';
import { describeUnderAttack } from './support/attack.ts';
import { flood } from './support/flood.ts';

/** What one call may have: a burst, and 20 a second; with room for what arrives late. */
const MOST_TEXTS = 200 + 20 * 12;

describeUnderAttack('a flood of texts', {}, (arena) => {
  // The first call with the built-in voice loads it into the worker; that is no part of an attack.
  beforeAll(async () => {
    const call = arena.call({ license: arena.demoKey, name: 'navtalk.Leo' });
    await call.event('realtime.response.audio_transcript.delta', 0, 60_000);
    call.socket.close();
    await call.closed;
  }, 120_000);

  test('four demo calls cost nobody his answers, his page or his record', { timeout: 120_000 }, async () => {
    const { owner, path, key, avatarId } = await arena.newProject();
    const query = new URLSearchParams({ license: arena.demoKey, name: 'navtalk.Leo', visavis: '1' });
    const address = `${arena.wsUrl}${REALTIME_V2_PATH}?${query}`;
    const frames = [
      { type: 'realtime.input_text', data: { content: 'Hello', reply: 0 } },
      { type: 'realtime.function_call_output', data: { call_id: 'c', output: 'y', reply: 0 } },
    ].map((message) => JSON.stringify(message));
    const pageMs: number[] = [];
    await arena.whileNeighbourTalks(async () => {
      // About a thousand a second each: below the rate that ends a call.
      const order = { address, frames, callers: 4, atOnce: 5, pauseMs: 4, durationMs: 10_000 };
      let isOver = false;
      const attack = flood(order).finally(() => {
        isOver = true;
      });
      const said = ['first', 'second', 'third'];
      const call = arena.call({ license: key, avatarId });
      await call.event('realtime.session.updated', 0, 20_000);
      for (const [index, content] of said.entries()) {
        call.send({ type: 'realtime.input_text', data: { content } });
        await call.event('realtime.response.audio_transcript.delta', index, 10_000);
      }
      call.socket.close();
      while (!isOver) {
        const fromMs = performance.now();
        expect((await fetch(`${arena.url}/api/v1/talk-page`)).status).toBe(200);
        pageMs.push(performance.now() - fromMs);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect((await attack).length).toBeGreaterThanOrEqual(4);
      const [talk] = (await owner.get(`${path}/conversations`)).body.items;
      const record = (await owner.get(`${path}/conversations/${talk.sessionId}`)).body;
      const texts = record.messages.filter(({ role }: { role: string }) => role === 'user');
      expect(texts.map(({ text }: { text: string }) => text)).toEqual(said);
    });
    expectPrompt(pageMs, 'the pages of a visitor');
    // The rest was ignored, and counted.
    const ignored = () => [...arena.server.output().matchAll(/"too-often":(\d+)/g)].map(([, count]) => Number(count));
    await expect.poll(() => ignored().length).toBeGreaterThanOrEqual(4);
    expect(Math.max(...ignored())).toBeGreaterThan(MOST_TEXTS);
  });
});
