import { LIMITS } from '@visavis/protocol';
import { lettersOf, type PlacedTag, takeTags } from '../core/face-tags.ts';
import type { SessionCommand } from './session-events.ts';
import type { ReplyTurn, SessionState, Step } from './session-state.ts';
import { advance, andThen, interrupt, isReplying, NOTHING_WANTED, nextIdOf, skipGreeting } from './turn-steps.ts';
import { tellUtterance, UTTERANCE_FAULTS } from './utterances.ts';

type Say = Extract<SessionCommand, { type: 'say' }>;

/** Words that somebody wants to be said, behind what is being said or in place of it. */
export function say(state: SessionState, command: Say): Step {
  const { utteranceId, replaces } = command;
  if (utteranceId !== undefined && state.turns.some(({ utterance }) => utterance?.id === utteranceId)) {
    return refuse(
      state,
      `A text with the id ${utteranceId.slice(0, 100)} waits to be spoken already; this one is left out.`,
    );
  }
  if (replaces !== true || !isReplying(state)) return saidNext(state, command);
  return interrupt({ ...state, ...NOTHING_WANTED, greetedUnasked: false, replacement: command });
}

/** What was to give way has fallen silent. */
export function sayReplacement(state: SessionState): Step {
  const { replacement } = state;
  return replacement === null ? advance(state, []) : saidNext({ ...state, replacement: null }, replacement);
}

function saidNext(state: SessionState, command: Say): Step {
  const { by, utteranceId } = command;
  const { words: text, tags } = takeTags(command.text);
  const last = tags.at(-1);
  if (last !== undefined && lettersOf(text) === 0) return showOnly(state, last, utteranceId);
  if (state.turns.length >= LIMITS.counts.openReplies) return leaveOut(state, utteranceId);
  const { id: turnId, state: numbered } = nextIdOf(state, 'resp');
  // How long a person takes to answer says nothing of the voice.
  const exchange = by === undefined ? numbered.exchange : null;
  const isInterruptible = command.isInterruptible ?? true;
  const utterance = by === undefined ? { utterance: { id: utteranceId ?? turnId, isInterruptible } } : {};
  const turn: ReplyTurn = { id: turnId, spans: [], audioMs: 0, generating: true, tags, ...utterance };
  return andThen(skipGreeting({ ...numbered, exchange }), (next) =>
    advance({ ...next, turns: [...next.turns, turn] }, [
      { type: 'emit', event: { type: 'reply-started', turnId, ...(by === undefined ? {} : { by }) } },
      ...tellUtterance(turn, 'queued'),
      { type: 'voice', input: { type: 'say', turnId, text } },
    ]),
  );
}

/** A text that is directions for the face alone: nothing is said, and it is over at once. */
function showOnly(state: SessionState, { expression, intensity, durationMs }: PlacedTag, utteranceId?: string): Step {
  const wish = { type: 'wish', expression, intensity, durationMs } as const;
  const nothing = { turnId: null, playedMs: 0, heardText: '', message: '' };
  return advance(state, [
    { type: 'cue-face', cue: wish },
    ...(utteranceId === undefined
      ? []
      : [{ type: 'emit', event: { type: 'utterance', utteranceId, state: 'ended', ...nothing } } as const]),
  ]);
}

function leaveOut(state: SessionState, utteranceId: string | undefined): Step {
  const message = UTTERANCE_FAULTS.full;
  const refused = refuse(state, message);
  if (utteranceId === undefined) return refused;
  const nothing = { turnId: null, playedMs: 0, heardText: '' };
  return andThen(refused, (next) =>
    advance(next, [{ type: 'emit', event: { type: 'utterance', utteranceId, state: 'failed', ...nothing, message } }]),
  );
}

function refuse(state: SessionState, message: string): Step {
  return advance(state, [{ type: 'emit', event: { type: 'failed', code: 'voice-failed', message, fatal: false } }]);
}
