import { expect, it } from 'vitest';
import { repeatsOwnWords } from './own-words.ts';
import { Talk } from './testing/talk.ts';

const SAID = 'The boats leave at nine, and breakfast is from seven to ten in the hall by the harbour.';

it('knows its own words, also misheard ones and a part of them', () => {
  expect(repeatsOwnWords('the boats leave at nine and breakfast is', SAID)).toBe(true);
  expect(repeatsOwnWords('boats leaf at nine and breakfast', SAID)).toBe(true);
  expect(repeatsOwnWords('IN THE HALL BY THE HARBOUR', SAID)).toBe(true);
  expect(repeatsOwnWords('早餐七点到十点', '早餐是七点到十点，在大厅。')).toBe(true);
});

it('leaves the user his words, above all short ones', () => {
  for (const words of ['no', 'stop', 'wait', 'at nine', 'okay thank you', '', 'can I have breakfast in my room'])
    expect(repeatsOwnWords(words, SAID)).toBe(false);
  expect(repeatsOwnWords('nine at leave boats the', SAID)).toBe(false);
  expect(repeatsOwnWords('the boats leave at nine', '')).toBe(false);
});

it('takes a moment for the longest texts', () => {
  const long = 'what you say '.repeat(20_000);
  expect(repeatsOwnWords(long, long)).toBe(true);
});

/** A talk in which the avatar has said something and a turn of the user began, with what he is found to have said. */
function hear(words: string, options: { afterMs: number; detectsTurns?: boolean }): Talk {
  const talk = new Talk({ firstMessage: SAID, detectsTurns: options.detectsTurns ?? false });
  talk.put({ type: 'timer', name: 'greeting', atMs: 0 });
  const turnId = talk.currentTurnId();
  talk.speak(turnId, SAID);
  talk.put({ type: 'playback-finished', turnId, playedMs: 1000, atMs: 1000 });
  const atMs = 1000 + options.afterMs;
  talk.put({ type: 'speech-started', audioStartMs: 0, atMs });
  const itemId = talk.state.userItemId ?? '';
  talk.put({ type: 'speech-stopped', audioEndMs: 900, atMs: atMs + 900 });
  talk.put({ type: 'voice', event: { type: 'user-transcript-done', itemId, text: words }, atMs: atMs + 1000 });
  return talk;
}

function toldWords(talk: Talk): string[] {
  return talk.effects.flatMap((effect) =>
    effect.type === 'emit' && effect.event.type === 'user-transcript-done' ? [effect.event.text] : [],
  );
}

it('voids a turn whose words the avatar was just saying', () => {
  const talk = hear('the boats leave at nine and breakfast', { afterMs: 500 });
  expect(toldWords(talk)).toEqual(['']);
  expect(talk.voiceInputs().at(-1)).toBe('user-turn-dropped');
});

it('takes the same words for the user’s own when the avatar has been silent for a while', () => {
  const talk = hear('the boats leave at nine and breakfast', { afterMs: 2000 });
  expect(toldWords(talk)).toEqual(['the boats leave at nine and breakfast']);
  expect(talk.voiceInputs()).not.toContain('user-turn-dropped');
});

it('leaves other words said over the avatar to the user', () => {
  const talk = hear('can I have breakfast in my room', { afterMs: 500 });
  expect(toldWords(talk)).toEqual(['can I have breakfast in my room']);
  expect(talk.voiceInputs()).not.toContain('user-turn-dropped');
});
