import { describe, expect, it } from 'vitest';
import { Talk } from './testing/talk.ts';

/** A talk in which two of six seconds of a reply have been heard. */
function replying(): Talk {
  const talk = new Talk();
  talk.heardMs = 2000;
  talk.command({ type: 'user-text', text: 'Tell me', reply: true });
  talk.speak(talk.currentTurnId(), 'We have rooms with a view of the sea.', 6000);
  talk.effects = [];
  return talk;
}

const effectTypes = (talk: Talk): string[] => talk.effects.map((effect) => effect.type);

describe('a voice that interrupts itself', () => {
  const interrupted = (talk: Talk) =>
    talk.put({ type: 'voice', event: { type: 'interrupted', turnId: talk.currentTurnId() }, atMs: 5100 });

  it('is silent at once, where nobody has heard the user begin', () => {
    const talk = replying();
    interrupted(talk);
    expect(effectTypes(talk)).toEqual(['flush-audio', 'set-avatar-speaking', 'voice', 'emit']);
    expect(talk.effects.at(-1)).toMatchObject({ event: { type: 'reply-done', interrupted: true, playedMs: 2000 } });
  });

  it('leaves what has come of the reply to the words of the user, where they are waited for', () => {
    const talk = replying();
    const turnId = talk.currentTurnId();
    talk.put({ type: 'speech-started', audioStartMs: 5000, atMs: 5000 });
    const itemId = talk.state.userItemId ?? '';
    talk.effects = [];
    interrupted(talk);
    expect(effectTypes(talk)).toEqual([]);
    talk.put({ type: 'speech-stopped', audioEndMs: 6200, atMs: 5900 });
    talk.put({ type: 'voice', event: { type: 'user-transcript-done', itemId, text: 'okay' }, atMs: 6000 });
    expect(effectTypes(talk)).toContain('resume-audio');
    expect(talk.state.turns.map(({ id }) => id)).toEqual([turnId]);
  });

  it('says nothing of a reply that is over', () => {
    const talk = replying();
    talk.put({ type: 'voice', event: { type: 'interrupted', turnId: 'gone' }, atMs: 5100 });
    expect(talk.effects).toEqual([]);
  });
});
