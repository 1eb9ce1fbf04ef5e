import { describe, expect, it } from 'vitest';
import type { SessionConfigPatch } from './session-events.ts';
import { Talk } from './testing/talk.ts';

const BY_CLIENT: SessionConfigPatch = {
  turnDetection: { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 3_600_000, endsBy: 'client' },
  answersTurns: false,
  interruptsReplies: false,
};

const configured = (talk: Talk) =>
  talk.effects.flatMap((effect) =>
    effect.type === 'voice' && effect.input.type === 'configure' ? [effect.input.config] : [],
  );

/** The avatar is in the middle of a reply of six seconds. */
function replying(talk: Talk): string {
  talk.command({ type: 'user-text', text: 'Tell me', reply: true });
  const turnId = talk.currentTurnId();
  talk.speak(turnId, 'We have rooms with a view of the sea.', 6000);
  talk.effects = [];
  return turnId;
}

describe.each([
  ['our own detector', false],
  ['the voice', true],
])('where %s finds turns', (_who, detectsTurns) => {
  it('the avatar speaks on over the user when the client wishes it, until the client interrupts it', () => {
    const talk = new Talk({ detectsTurns });
    talk.command({ type: 'configure', patch: { interruptsReplies: false } });
    expect(configured(talk)).toEqual([{ interruptsReplies: false }]);
    const turnId = replying(talk);
    if (detectsTurns) {
      talk.put({ type: 'voice', event: { type: 'user-speech-started', itemId: 'i', audioStartMs: 0 }, atMs: 50 });
    } else talk.put({ type: 'speech-started', audioStartMs: 5000, atMs: 5000 });
    const silencing = talk.effects.filter(({ type }) => type === 'hold-audio' || type === 'flush-audio');
    expect(silencing).toEqual([]);
    expect(talk.state.turns.map(({ id }) => id)).toContain(turnId);
    talk.command({ type: 'interrupt' });
    expect(talk.effects.some(({ type }) => type === 'flush-audio')).toBe(true);
  });

  it('it falls silent again once the client wishes that', () => {
    const talk = new Talk({ detectsTurns });
    talk.command({ type: 'configure', patch: { interruptsReplies: false } });
    talk.command({ type: 'configure', patch: { interruptsReplies: true } });
    replying(talk);
    if (detectsTurns) {
      talk.put({ type: 'voice', event: { type: 'user-speech-started', itemId: 'i', audioStartMs: 0 }, atMs: 50 });
    } else talk.put({ type: 'speech-started', audioStartMs: 5000, atMs: 5000 });
    expect(talk.effects.some(({ type }) => type === 'hold-audio')).toBe(true);
  });
});

it('what a voice has heard of a turn that only the client ends is thrown away when the client says so', () => {
  const talk = new Talk({ detectsTurns: true });
  talk.command({ type: 'user-audio-clear' });
  expect(talk.voiceInputs()).toEqual([]);
  talk.command({ type: 'configure', patch: BY_CLIENT });
  talk.effects = [];
  talk.command({ type: 'user-audio-clear' });
  expect(talk.voiceInputs()).toEqual(['user-turn-dropped']);
});

it.each<[string, SessionConfigPatch]>([
  ['turns that the client ends', BY_CLIENT],
  ['turns that are not answered', { answersTurns: false }],
  ['speech that does not interrupt', { interruptsReplies: false }],
])('a voice that alone decides about turns refuses %s by name, and goes on as it does', (_what, patch) => {
  const talk = new Talk({ detectsTurns: true, ownTurns: true });
  talk.command({ type: 'configure', patch });
  expect(talk.effects).toContainEqual({
    type: 'emit',
    event: expect.objectContaining({
      type: 'failed',
      fatal: false,
      message: expect.stringContaining('decides itself when a turn is over'),
    }),
  });
  talk.put({ type: 'voice', event: { type: 'turn-started', turnId: 'own' }, atMs: 10 });
  expect(talk.state.turns.map(({ id }) => id)).toEqual(['own']);
  talk.effects = [];
  talk.command({ type: 'configure', patch: { answersTurns: true, interruptsReplies: true } });
  expect(talk.emitted()).toEqual([]);
});
