import { describe, expect, it } from 'vitest';
import type { SessionEvent } from './session-events.ts';
import { Talk } from './testing/talk.ts';

function events(talk: Talk): SessionEvent[] {
  return talk.effects.flatMap((effect) => (effect.type === 'emit' ? [effect.event] : []));
}

function taken(talk: Talk): Talk {
  talk.command({ type: 'answer-by', by: 'operator' });
  talk.effects = [];
  return talk;
}

describe('a person who takes over', () => {
  it('silences the voice in mid-sentence, and what it had been asked for is not wanted any more', () => {
    const talk = new Talk();
    talk.command({ type: 'user-text', text: 'Who are you?', reply: true });
    talk.speak(talk.currentTurnId(), 'I am a model that talks and talks.', 20_000);
    talk.effects = [];
    talk.command({ type: 'answer-by', by: 'operator' });
    expect(events(talk)[0]).toEqual({ type: 'answered-by', by: 'operator', canChange: true });
    expect(events(talk)).toContainEqual(expect.objectContaining({ type: 'reply-done', interrupted: true }));
    expect(talk.state.turns).toEqual([]);
  });

  it('is not answered for: neither typed words, nor a request, nor a reply of the voice’s own are heard', () => {
    const talk = taken(new Talk({ firstMessage: 'Hello!' }));
    talk.command({ type: 'user-text', text: 'Is anybody there?', reply: true });
    talk.command({ type: 'respond' });
    talk.command({ type: 'respond', instructions: 'Say hello.' });
    talk.put({ type: 'voice', event: { type: 'turn-started', turnId: 'own' }, atMs: 5 });
    talk.put({ type: 'voice-audio', turnId: 'own', pcm: new Int16Array(240), durationMs: 10, atMs: 6 });
    expect(talk.voiceInputs()).toEqual(['history', 'cancel']);
    expect(talk.emitted()).toEqual([]);
    expect(talk.effects.some(({ type }) => type === 'play-audio')).toBe(false);
  });

  it('has his words spoken as his own', () => {
    const talk = taken(new Talk());
    talk.command({ type: 'say', text: 'This is Ann.', by: 'operator' });
    const turnId = talk.currentTurnId();
    expect(events(talk)).toEqual([{ type: 'reply-started', turnId, by: 'operator' }]);
    talk.speak(turnId, 'This is Ann.');
    talk.put({ type: 'playback-finished', turnId, playedMs: 1000, atMs: 1100 });
    expect(events(talk).at(-1)).toMatchObject({ type: 'reply-done', interrupted: false, heardText: 'This is Ann.' });
  });

  it('is interrupted like the voice', () => {
    const talk = taken(new Talk());
    talk.command({ type: 'say', text: 'A long story.', by: 'operator' });
    const turnId = talk.currentTurnId();
    talk.speak(turnId, 'A long story.', 9000);
    talk.put({ type: 'speech-started', audioStartMs: 100, atMs: 100 });
    talk.put({ type: 'speech-stopped', audioEndMs: 3000, atMs: 3000 });
    const itemId = events(talk).flatMap((event) => (event.type === 'user-speech-started' ? [event.itemId] : []))[0];
    talk.put({
      type: 'voice',
      event: { type: 'user-transcript-done', itemId: itemId ?? '', text: 'Stop, please.' },
      atMs: 3100,
    });
    expect(events(talk)).toContainEqual(expect.objectContaining({ type: 'reply-done', turnId, interrupted: true }));
  });

  it('gives the talk back, and the voice answers from then on', () => {
    const talk = taken(new Talk());
    talk.command({ type: 'answer-by', by: 'voice' });
    expect(events(talk)).toEqual([{ type: 'answered-by', by: 'voice', canChange: true }]);
    talk.command({ type: 'user-text', text: 'And now?', reply: true });
    expect(talk.voiceInputs()).toEqual(['text', 'respond']);
  });

  it('who leaves what was typed to the voice has it answered once, also when the client asks for that itself', () => {
    const talk = taken(new Talk());
    talk.command({ type: 'user-text', text: 'Is anybody there?', reply: true });
    talk.command({ type: 'answer-by', by: 'voice' });
    talk.command({ type: 'respond' });
    talk.command({ type: 'respond' });
    expect(talk.voiceInputs()).toEqual(['history', 'respond']);
    expect(talk.state.turns).toHaveLength(1);
  });

  it('waits for no result of a tool', () => {
    const talk = new Talk();
    talk.command({ type: 'user-text', text: 'The weather?', reply: true });
    const turnId = talk.currentTurnId();
    talk.put({
      type: 'voice',
      event: { type: 'tool-call-done', turnId, callId: 'c1', name: 'weather', argumentsJson: '{}' },
      atMs: 5,
    });
    taken(talk);
    expect(talk.state.openCalls).toEqual([]);
    talk.command({ type: 'tool-result', callId: 'c1', output: 'sunny', reply: true });
    expect(talk.voiceInputs()).toEqual(['tool-result']);
    expect(talk.emitted()).toEqual([]);
  });
});

describe('a voice that cannot answer', () => {
  it('says so at once, greets, and is given nothing back', () => {
    const talk = new Talk({ answers: false, firstMessage: 'Somebody will be with you.' });
    expect(talk.emitted().slice(0, 2)).toEqual(['ready', 'answered-by']);
    expect(events(talk)[1]).toEqual({ type: 'answered-by', by: 'operator', canChange: false });
    talk.put({ type: 'timer', name: 'greeting', atMs: 1000 });
    expect(talk.voiceInputs()).toEqual(['say']);
    talk.effects = [];
    talk.command({ type: 'answer-by', by: 'voice' });
    expect(talk.effects).toEqual([]);
  });

  it('has it heard that nobody is there, after words that were typed and want an answer', () => {
    const talk = new Talk({ answers: false });
    talk.effects = [];
    talk.command({ type: 'user-text', text: 'Hello?', reply: true });
    talk.command({ type: 'say', text: 'Nobody is here.' });
    expect(talk.voiceInputs()).toEqual(['history', 'say']);
    expect(talk.effects.some(({ type }) => type === 'flush-audio')).toBe(false);
  });
});
