import { describe, expect, it } from 'vitest';
import type { Utterance } from './session-events.ts';
import { Talk } from './testing/talk.ts';

function told(talk: Talk): string[] {
  return talk.effects.flatMap((effect) =>
    effect.type === 'emit' && effect.event.type === 'utterance'
      ? [`${effect.event.utteranceId} ${effect.event.state}`]
      : [],
  );
}

function last(talk: Talk): Utterance | undefined {
  return talk.effects
    .flatMap((effect) => (effect.type === 'emit' && effect.event.type === 'utterance' ? [effect.event] : []))
    .at(-1);
}

/** A text is being said, and the beginning of it has been heard. */
function saying(options: { isInterruptible?: false; text?: string; detectsTurns?: boolean } = {}): Talk {
  const { text = 'The shop closes soon.', isInterruptible, detectsTurns = false } = options;
  const talk = new Talk({ detectsTurns });
  talk.command({ type: 'say', text, utteranceId: 'a', ...(isInterruptible === undefined ? {} : { isInterruptible }) });
  talk.speak(talk.currentTurnId(), text);
  return talk;
}

function finish(talk: Talk): void {
  const [turn] = talk.state.turns;
  if (turn === undefined) throw new Error('Nothing is being said.');
  talk.put({ type: 'playback-finished', turnId: turn.id, playedMs: turn.audioMs, atMs: 2000 });
}

describe('a text to be said', () => {
  it('is told as queued, started and ended, with what was heard of it', () => {
    const talk = saying();
    expect(told(talk)).toEqual(['a queued', 'a started']);
    finish(talk);
    expect(last(talk)).toEqual({
      type: 'utterance',
      utteranceId: 'a',
      turnId: 'resp_1',
      state: 'ended',
      playedMs: 1000,
      heardText: 'The shop closes soon.',
      message: '',
    });
  });

  it('that is directions alone is shown and over, and the voice is asked for nothing', () => {
    const talk = new Talk();
    const before = talk.effects.length;
    talk.command({ type: 'say', text: '[smile]', utteranceId: 'a' });
    const effects = talk.effects.slice(before);
    expect(told(talk)).toEqual(['a ended']);
    expect(effects.some(({ type }) => type === 'voice')).toBe(false);
    expect(effects).toContainEqual({ type: 'cue-face', cue: expect.objectContaining({ expression: 'smile' }) });
    expect(talk.state.turns).toEqual([]);
  });

  it('is called by the id of its reply where it has none', () => {
    const talk = new Talk();
    talk.command({ type: 'say', text: 'Hello.' });
    expect(told(talk)).toEqual(['resp_1 queued']);
  });

  it('is told as interrupted, with the words that were heard', () => {
    const talk = saying();
    talk.command({ type: 'interrupt' });
    expect(last(talk)).toMatchObject({ state: 'interrupted', playedMs: 500, heardText: 'The shop' });
  });

  it('is told as failed where the voice says nothing of it', () => {
    const talk = new Talk();
    talk.command({ type: 'say', text: 'Hello.', utteranceId: 'a' });
    talk.put({ type: 'voice', event: { type: 'turn-done', turnId: talk.currentTurnId() }, atMs: 10 });
    talk.put({ type: 'playback-finished', turnId: talk.currentTurnId(), playedMs: 0, atMs: 20 });
    expect(last(talk)).toMatchObject({ state: 'failed', message: 'The voice has said nothing of it.' });
  });

  it('is told as failed where too many wait, and nothing is told of what a person says', () => {
    const talk = new Talk();
    for (let index = 0; index < 17; index += 1) talk.command({ type: 'say', text: 'Hi.', utteranceId: `u${index}` });
    expect(last(talk)).toMatchObject({ utteranceId: 'u16', turnId: null, state: 'failed' });
    const other = new Talk();
    other.command({ type: 'say', text: 'This is Ann.', by: 'operator' });
    expect(told(other)).toEqual([]);
  });

  it('is left out, with a sentence, where another one of its id waits', () => {
    const talk = saying();
    talk.command({ type: 'say', text: 'Something else.', utteranceId: 'a' });
    expect(told(talk)).toEqual(['a queued', 'a started']);
    expect(talk.emitted()).toContain('failed');
    expect(talk.state.turns).toHaveLength(1);
  });
});

describe('a text that replaces', () => {
  it('ends what is said and what waits, and is given to the voice after that', () => {
    const talk = saying();
    talk.command({ type: 'say', text: 'Waiting.', utteranceId: 'b' });
    talk.effects = [];
    talk.command({ type: 'say', text: 'Fire!', utteranceId: 'c', replaces: true });
    expect(told(talk)).toEqual(['a interrupted', 'b interrupted', 'c queued']);
    expect(talk.voiceInputs()).toEqual(['cancel', 'cancel', 'say']);
    expect(talk.state.turns.map(({ utterance }) => utterance?.id)).toEqual(['c']);
  });

  it('is said at once where nothing is being said, and no answer that waited comes behind it', () => {
    const talk = new Talk();
    talk.command({ type: 'say', text: 'Hello.', utteranceId: 'a', replaces: true });
    expect(told(talk)).toEqual(['a queued']);
    talk.command({ type: 'user-text', text: 'What is it?', reply: false });
    talk.command({ type: 'say', text: 'Fire!', utteranceId: 'b', replaces: true });
    expect(talk.voiceInputs()).toEqual(['say', 'text', 'cancel', 'say']);
  });

  it('waits for what is not interruptible', () => {
    const talk = saying({ isInterruptible: false });
    talk.command({ type: 'say', text: 'Later.', utteranceId: 'b', replaces: true });
    expect(told(talk)).toEqual(['a queued', 'a started', 'b queued']);
    expect(talk.state.turns.map(({ utterance }) => utterance?.id)).toEqual(['a', 'b']);
  });
});

describe('a text that is not interruptible', () => {
  it('goes on while the user speaks, who is answered after it', () => {
    const talk = saying({ isInterruptible: false });
    talk.effects = [];
    talk.put({ type: 'speech-started', audioStartMs: 1000, atMs: 100 });
    talk.put({ type: 'speech-stopped', audioEndMs: 3000, atMs: 2000 });
    expect(talk.effects.some(({ type }) => type === 'hold-audio' || type === 'flush-audio')).toBe(false);
    const itemId = 'item_2';
    const said = { type: 'user-transcript-done', itemId, text: 'Where is the exit?' } as const;
    talk.put({ type: 'voice', event: said, atMs: 2100 });
    talk.put({ type: 'voice', event: { type: 'turn-started', turnId: 'answer' }, atMs: 2200 });
    expect(talk.voiceInputs()).toEqual(['user-turn-started', 'user-turn-stopped']);
    expect(talk.state.turns.map(({ id }) => id)).toEqual(['resp_1', 'answer']);
  });

  it('leaves words of agreement unanswered, unless it asks something', () => {
    for (const [text, isDropped] of [['The shop closes soon.', true] as const, ['Shall I go on?', false] as const]) {
      const talk = saying({ isInterruptible: false, text });
      talk.put({ type: 'speech-started', audioStartMs: 1000, atMs: 100 });
      talk.put({ type: 'speech-stopped', audioEndMs: 1900, atMs: 1000 });
      talk.put({ type: 'voice', event: { type: 'user-transcript-done', itemId: 'item_2', text: 'Yes.' }, atMs: 1100 });
      expect(talk.voiceInputs().includes('user-turn-dropped')).toBe(isDropped);
    }
  });

  it('is interrupted by force alone', () => {
    const talk = saying({ isInterruptible: false });
    talk.command({ type: 'interrupt' });
    talk.command({ type: 'user-text', text: 'Stop!', reply: true });
    talk.command({ type: 'answer-by', by: 'operator' });
    expect(told(talk)).toEqual(['a queued', 'a started']);
    talk.command({ type: 'interrupt', force: true });
    expect(told(talk).at(-1)).toBe('a interrupted');
  });

  it('outlasts replies before and behind it that are interrupted', () => {
    const talk = new Talk();
    talk.command({ type: 'say', text: 'One.', utteranceId: 'a' });
    talk.command({ type: 'say', text: 'Two.', utteranceId: 'b', isInterruptible: false });
    talk.command({ type: 'say', text: 'Three.', utteranceId: 'c' });
    talk.command({ type: 'interrupt' });
    expect(talk.state.turns.map(({ utterance }) => utterance?.id)).toEqual(['b']);
  });
});
