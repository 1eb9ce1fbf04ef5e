import { describe, expect, it } from 'vitest';
import { REPLY_WAIT_MS } from './reply-watch.ts';
import { Talk } from './testing/talk.ts';

const failures = (talk: Talk) =>
  talk.effects.flatMap((effect) => (effect.type === 'emit' && effect.event.type === 'failed' ? [effect.event] : []));

describe('a voice that owes a reply', () => {
  it('and gives nothing of it is given up, in words, and the next reply is asked for', () => {
    const talk = new Talk();
    talk.command({ type: 'respond' }, 1000);
    const turnId = talk.currentTurnId();
    expect(talk.effects).toContainEqual({ type: 'set-timer', name: 'reply-wait', delayMs: REPLY_WAIT_MS });
    talk.put({ type: 'timer', name: 'reply-wait', atMs: 1000 + REPLY_WAIT_MS });
    expect(failures(talk)).toMatchObject([{ code: 'voice-failed', fatal: false }]);
    expect(talk.effects).toContainEqual({
      type: 'voice',
      input: { type: 'cancel', turnId, playedMs: 0, heardText: '' },
    });
    talk.put({ type: 'playback-finished', turnId, playedMs: 0, atMs: 40_000 });
    talk.command({ type: 'respond' }, 50_000);
    expect(talk.voiceInputs().filter((type) => type === 'respond')).toHaveLength(2);
  });

  it('has the whole time again after each sign of it', () => {
    const talk = new Talk();
    talk.command({ type: 'respond' }, 0);
    const turnId = talk.currentTurnId();
    talk.put({ type: 'voice', event: { type: 'text-delta', turnId, text: 'So' }, atMs: 20_000 });
    talk.put({ type: 'timer', name: 'reply-wait', atMs: REPLY_WAIT_MS });
    expect(failures(talk)).toEqual([]);
    expect(talk.effects.at(-1)).toEqual({ type: 'set-timer', name: 'reply-wait', delayMs: 20_000 });
  });

  it('is not waited for any more once it has given the whole reply', () => {
    const talk = new Talk();
    talk.command({ type: 'respond' }, 0);
    talk.speak(talk.currentTurnId(), 'Here I am.');
    expect(talk.effects).toContainEqual({ type: 'clear-timer', name: 'reply-wait' });
  });

  it('and fails at one reply still owes the next', () => {
    const talk = new Talk();
    talk.command({ type: 'say', text: 'One.' });
    talk.command({ type: 'say', text: 'Two.' });
    const failure = { type: 'failed', category: 'internal', retryable: true, message: 'No.' } as const;
    talk.put({ type: 'voice', event: failure, atMs: 5 });
    expect(talk.state.turns.map(({ generating }) => generating)).toEqual([false, true]);
    talk.put({ type: 'voice', event: { ...failure, endsReply: false }, atMs: 6 });
    expect(talk.state.turns.map(({ generating }) => generating)).toEqual([false, true]);
    expect(failures(talk)).toHaveLength(2);
  });
});

describe("the user's words", () => {
  it('that never come are told as empty, with a sentence [20.31]', () => {
    const talk = new Talk();
    talk.put({ type: 'speech-started', audioStartMs: 0, atMs: 0 });
    talk.put({ type: 'speech-stopped', audioEndMs: 2000, atMs: 2500 });
    const set = talk.effects.find((effect) => effect.type === 'set-timer' && effect.name.startsWith('words:'));
    if (set?.type !== 'set-timer') throw new Error('The words are not waited for.');
    expect(set.delayMs).toBe(34_000);
    talk.put({ type: 'timer', name: set.name, atMs: 40_000 });
    expect(talk.emitted().slice(-2)).toEqual(['user-transcript-done', 'failed']);
  });
});

describe('a call of a tool', () => {
  const call = (talk: Talk, argumentsJson: string): void => {
    if (talk.state.turns.length === 0) talk.command({ type: 'respond' });
    const turnId = talk.currentTurnId();
    const event = { type: 'tool-call-done', turnId, callId: 'c', name: 'weather', argumentsJson } as const;
    talk.put({ type: 'voice', event, atMs: 0 });
    talk.put({ type: 'voice', event: { type: 'turn-done', turnId }, atMs: 0 });
    talk.put({ type: 'playback-finished', turnId, playedMs: 0, atMs: 0 });
  };

  it.each(['{"city":"Par', '[1]', '"Paris"', 'null', 'city=Paris'])(
    'with %s goes back to the model',
    (argumentsJson) => {
      const talk = new Talk();
      call(talk, argumentsJson);
      expect(talk.emitted()).not.toContain('tool-call-done');
      const results = talk.effects.flatMap((effect) =>
        effect.type === 'voice' && effect.input.type === 'tool-result' ? [effect.input] : [],
      );
      expect(results).toMatchObject([{ callId: 'c', output: expect.stringContaining('could not be read') }]);
      expect(talk.voiceInputs().filter((type) => type === 'respond')).toHaveLength(2);
    },
  );

  it('goes back three times in a row, then the user is told', () => {
    const talk = new Talk();
    for (let count = 0; count < 4; count += 1) call(talk, '{');
    expect(failures(talk)).toMatchObject([{ code: 'voice-failed', fatal: false }]);
    expect(talk.state.turns).toEqual([]);
  });

  it('of a tool that takes nothing may leave the arguments empty', () => {
    const talk = new Talk();
    call(talk, '');
    expect(talk.effects).toContainEqual({
      type: 'emit',
      event: { type: 'tool-call-done', turnId: 'resp_1', callId: 'c', name: 'weather', argumentsJson: '{}' },
    });
  });
});
