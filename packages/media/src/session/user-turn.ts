import { awaitDecision, decide, interruptBy, isDecisive, letsGoOn } from './interruption.ts';
import { repeatsOwnWords } from './own-words.ts';
import { type SessionState, type Step, WORDS_WAIT_MS } from './session-state.ts';
import { isAgreement } from './short-words.ts';
import {
  advance,
  andThen,
  interrupt,
  newExchange,
  nextIdOf,
  noteSpokenLength,
  noteSpokenOver,
  skipGreeting,
} from './turn-steps.ts';

/** The user starts to speak: the avatar falls silent, and the voice listens. */
export function startUserTurn(state: SessionState, audioStartMs: number, atMs: number): Step {
  const { id: itemId, state: numbered } = nextIdOf(state, 'item');
  const listening = andThen(skipGreeting(noteSpokenOver(numbered, itemId, atMs)), (next) =>
    advance({ ...next, userItemId: itemId, userSpeechStartMs: audioStartMs }, [
      { type: 'emit', event: { type: 'user-speech-started', itemId, audioStartMs } },
    ]),
  );
  return andThen(
    andThen(listening, (next) => interruptBy(next, itemId)),
    (next) => advance(next, [{ type: 'voice', input: { type: 'user-turn-started', itemId } }]),
  );
}

export function stopUserTurn(state: SessionState, audioEndMs: number, atMs: number): Step {
  const itemId = state.userItemId;
  if (itemId === null) return advance(state, []);
  const heard = noteSpokenLength(state, itemId, audioEndMs);
  const stopped = advance({ ...heard, userItemId: null, exchange: newExchange(atMs) }, [
    { type: 'set-timer', name: `words:${itemId}`, delayMs: WORDS_WAIT_MS + 2 * (audioEndMs - state.userSpeechStartMs) },
    { type: 'emit', event: { type: 'user-speech-stopped', itemId, audioEndMs } },
    { type: 'voice', input: { type: 'user-turn-stopped', itemId } },
  ]);
  return awaitDecision(stopped);
}

/** The voice does not tell what the user said. */
export function loseWords(state: SessionState, itemId: string): Step {
  const message = 'What you said could not be written down. If no answer comes, please say it again.';
  const told = advance(state, [
    { type: 'emit', event: { type: 'user-transcript-done', itemId, text: '' } },
    { type: 'emit', event: { type: 'failed', code: 'voice-failed', message, fatal: false } },
  ]);
  return andThen(told, (next) => decide(next, itemId, true));
}

/**
 * The words of an item of the user. Those that the avatar was saying itself are its echo, and those of agreement, said over
 * a reply, want it to go on: neither is answered.
 */
export function takeTranscript(state: SessionState, itemId: string, heard: string, shortPhrase = ''): Step {
  const over = state.spokenOver.find((item) => item.itemId === itemId)?.text ?? '';
  const isEcho = repeatsOwnWords(heard, over);
  const isOverReply = isDecisive(state, itemId);
  // Over a reply, what listeners say is likelier than a sentence that sounds like it.
  const saidOver = isOverReply || (state.lateItemIds.includes(itemId) && !state.detectsTurns);
  const isPhrase = saidOver && shortPhrase !== '' && !isAgreement(heard, state.language);
  const goesOn = isEcho || (saidOver && letsGoOn(state, itemId, isPhrase ? shortPhrase : heard));
  const text = isPhrase && goesOn ? shortPhrase : heard;
  const told = advance(state, [
    { type: 'clear-timer', name: `words:${itemId}` },
    ...(goesOn ? [{ type: 'voice', input: { type: 'user-turn-dropped', itemId } } as const] : []),
    { type: 'emit', event: { type: 'user-transcript-done', itemId, text: isEcho ? '' : text } },
  ]);
  if (isOverReply) return andThen(told, (next) => decide(next, itemId, goesOn));
  // A voice that detects turns has begun to answer before it has the words.
  return isEcho && state.detectsTurns ? andThen(told, interrupt) : told;
}
