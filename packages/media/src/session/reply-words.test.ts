import { describe, expect, it } from 'vitest';
import { Talk } from './testing/talk.ts';

function shown(talk: Talk): { expression: string; atMs: number }[] {
  return talk.effects.flatMap((effect) =>
    effect.type === 'cue-face' && effect.cue.type === 'reply-wish'
      ? [{ expression: effect.cue.expression, atMs: effect.cue.atMs }]
      : [],
  );
}

function words(talk: Talk): string {
  return talk.effects
    .map((effect) => (effect.type === 'emit' && effect.event.type === 'reply-text-delta' ? effect.event.text : ''))
    .join('');
}

function said(talk: Talk): string[] {
  return talk.effects.flatMap((effect) =>
    effect.type === 'voice' && effect.input.type === 'say' ? [effect.input.text] : [],
  );
}

function tell(talk: Talk, text: string, audioStartMs?: number): void {
  const turnId = talk.currentTurnId();
  const event = { type: 'text-delta', turnId, text, ...(audioStartMs === undefined ? {} : { audioStartMs }) } as const;
  talk.put({ type: 'voice', event, atMs: 10 });
}

describe('directions in what is said', () => {
  it('reach no voice, and the face follows them as the words are heard', () => {
    const talk = new Talk();
    talk.command({ type: 'say', text: '[smile] Good morning. [sad] We are closed.' });
    expect(said(talk)).toEqual(['Good morning. We are closed.']);
    tell(talk, 'Good morning.', 0);
    tell(talk, ' We are closed.', 1400);
    expect(words(talk)).toBe('Good morning. We are closed.');
    expect(shown(talk)).toEqual([
      { expression: 'smile', atMs: 0 },
      { expression: 'concerned', atMs: 1400 },
    ]);
  });

  it('of the first message are followed too', () => {
    const talk = new Talk({ firstMessage: '[nod] Hello!' });
    talk.put({ type: 'timer', name: 'greeting', atMs: 1000 });
    tell(talk, 'Hello!', 0);
    expect(said(talk)).toEqual(['Hello!']);
    expect(shown(talk)).toEqual([{ expression: 'nod', atMs: 0 }]);
  });

  it('that a voice writes itself are neither shown nor kept, also where they come in pieces', () => {
    const talk = new Talk();
    talk.command({ type: 'respond', always: true });
    for (const piece of ['That is fine', '. [sm', 'ile', '] See [1]', '. [nod']) tell(talk, piece);
    expect(words(talk)).toBe('That is fine. See [1]. ');
    const turnId = talk.currentTurnId();
    talk.put({ type: 'voice', event: { type: 'turn-done', turnId }, atMs: 20 });
    expect(words(talk)).toBe('That is fine. See [1]. [nod');
    expect(shown(talk)).toMatchObject([{ expression: 'smile' }]);
    talk.put({ type: 'playback-finished', turnId, playedMs: 900, atMs: 900 });
    const done = talk.effects.flatMap((effect) =>
      effect.type === 'emit' && effect.event.type === 'reply-done' ? [effect.event.heardText] : [],
    );
    expect(done).toEqual(['That is fine. See [1]. [nod']);
  });

  it('that a thinker has put before words to come are followed with these, and at the end those behind the last word', () => {
    const talk = new Talk();
    talk.command({ type: 'respond', always: true });
    const turnId = talk.currentTurnId();
    const tag = { expression: 'smile', intensity: 1, durationMs: 1000 } as const;
    tell(talk, 'Sure.', 0);
    talk.put({ type: 'voice', event: { type: 'face-tag', turnId, tag: { ...tag, afterLetters: 0 } }, atMs: 11 });
    expect(shown(talk)).toEqual([]);
    tell(talk, ' With pleasure.', 700);
    talk.put({ type: 'voice', event: { type: 'face-tag', turnId, tag: { ...tag, afterLetters: 0 } }, atMs: 12 });
    talk.put({ type: 'voice-audio', turnId, pcm: new Int16Array(0), durationMs: 2000, atMs: 20 });
    talk.put({ type: 'voice', event: { type: 'turn-done', turnId }, atMs: 30 });
    expect(shown(talk).map(({ atMs }) => atMs)).toEqual([700, 1400]);
  });
});
