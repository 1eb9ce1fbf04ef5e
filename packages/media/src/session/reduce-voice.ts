import { refuseTurn } from './answering.ts';
import { awaitDecision, interruptBy, withAnswer } from './interruption.ts';
import { addWords, expectTag } from './reply-words.ts';
import type { SessionFailureCode } from './session-events.ts';
import {
  MAX_UNREADABLE_CALLS,
  type SessionEffect,
  type SessionState,
  type Step,
  type VoiceControlEvent,
  WORDS_WAIT_MS,
} from './session-state.ts';
import { readToolArguments } from './tool-arguments.ts';
import {
  addTurn,
  advance,
  andThen,
  awaitTool,
  changeTurn,
  endGeneration,
  interrupt,
  newExchange,
  noteSpokenLength,
  noteSpokenOver,
  skipGreeting,
} from './turn-steps.ts';
import { takeTranscript } from './user-turn.ts';

/** What the voice says and does. Events of replies that have ended are dropped. */
export function reduceVoice(state: SessionState, event: VoiceControlEvent, atMs: number): Step {
  if ('turnId' in event && event.type !== 'turn-started' && !state.turns.some((turn) => turn.id === event.turnId)) {
    return advance(state, []);
  }
  switch (event.type) {
    case 'user-speech-started':
      return andThen(
        andThen(skipGreeting(noteSpokenOver(state, event.itemId, atMs)), (next) =>
          advance({ ...next, userItemId: event.itemId, userSpeechStartMs: event.audioStartMs }, [
            {
              type: 'emit',
              event: { type: 'user-speech-started', itemId: event.itemId, audioStartMs: event.audioStartMs },
            },
          ]),
        ),
        (next) => interruptBy(next, event.itemId),
      );
    case 'user-speech-stopped':
      // The turn has been ended for the voice, since no sound came any more.
      if (state.userItemId === null) return advance(state, []);
      return awaitDecision(
        advance(
          { ...noteSpokenLength(state, event.itemId, event.audioEndMs), userItemId: null, exchange: newExchange(atMs) },
          [
            { type: 'set-timer', name: `words:${event.itemId}`, delayMs: WORDS_WAIT_MS },
            {
              type: 'emit',
              event: { type: 'user-speech-stopped', itemId: event.itemId, audioEndMs: event.audioEndMs },
            },
          ],
        ),
      );
    case 'user-transcript-delta':
      return advance(state, []);
    case 'user-transcript-done':
      return takeTranscript(
        { ...state, exchange: state.exchange && { ...state.exchange, transcriptMs: atMs } },
        event.itemId,
        event.text,
        event.shortPhrase,
      );
    case 'turn-started':
      if (state.turns.some((turn) => turn.id === event.turnId)) return advance(state, []);
      if (state.answeredBy === 'operator' || !state.answersTurns) return refuseTurn(state, event.turnId);
      return addTurn(withAnswer(state, event.turnId), event.turnId);
    case 'words-thought':
      if (!state.turns.some((turn) => turn.id === event.turnId)) return advance(state, []);
      return advance({ ...state, exchange: withFirstText(state.exchange, atMs) }, []);
    case 'text-delta':
      return addTextDelta(state, event, atMs);
    case 'turn-sources':
      return advance(state, [{ type: 'emit', event: { ...event, type: 'reply-sources' } }]);
    case 'face-tag':
      return changeTurn(state, event.turnId, (turn) => ({ turn: expectTag(turn, event.tag), effects: [] }));
    case 'tool-call-delta':
      return advance(state, [{ type: 'emit', event }]);
    case 'tool-call-done':
      return callTool(state, event);
    case 'interrupted':
      return endByVoice(state, event.turnId);
    case 'usage':
      return advance(state, [{ type: 'emit', event }]);
    case 'turn-done':
      return endGeneration(state, event.turnId);
    case 'failed':
      return fail(state, event);
  }
}

/** Where the user's words are waited for, they decide about what came of the reply; otherwise it falls silent now. */
function endByVoice(state: SessionState, turnId: string): Step {
  if (state.interruption !== null) return advance(state, []);
  return interrupt(
    state,
    state.turns.map(({ id }) => id).filter((id) => id !== turnId),
  );
}

function addTextDelta(
  state: SessionState,
  event: Extract<VoiceControlEvent, { type: 'text-delta' }>,
  atMs: number,
): Step {
  const exchange = withFirstText(state.exchange, atMs);
  return changeTurn({ ...state, exchange }, event.turnId, (turn) =>
    addWords(turn, event.text, event.audioStartMs ?? null, event.language),
  );
}

function withFirstText(exchange: SessionState['exchange'], atMs: number): SessionState['exchange'] {
  return exchange && { ...exchange, firstTextMs: exchange.firstTextMs ?? atMs };
}

/** A tool is called by the client; arguments that cannot be read go back to the model, which may call it again. */
function callTool(state: SessionState, event: Extract<VoiceControlEvent, { type: 'tool-call-done' }>): Step {
  const { callId, turnId, name } = event;
  // Told twice, a tool would act twice.
  if ([...state.openCalls, ...state.settledCalls].some((call) => call.callId === callId)) return advance(state, []);
  const read = readToolArguments(event.argumentsJson);
  if ('json' in read) {
    const call = { ...event, argumentsJson: read.json };
    const called = advance({ ...state, unreadableCalls: 0 }, [{ type: 'emit', event: call }]);
    return andThen(called, (next) => awaitTool(next, { callId, turnId, name }));
  }
  const error = `The tool was not called: its arguments could not be read (${read.fault}). Call it again with one JSON object.`;
  const output = JSON.stringify({ error });
  const unreadableCalls = state.unreadableCalls + 1;
  const isHopeless = unreadableCalls > MAX_UNREADABLE_CALLS;
  const message = `The voice called the tool ${name} with arguments that cannot be read, again and again. Please ask in other words.`;
  const returned: SessionState = {
    ...state,
    unreadableCalls: isHopeless ? 0 : unreadableCalls,
  };
  const effects: SessionEffect[] = [{ type: 'voice', input: { type: 'tool-result', callId, output } }];
  if (!isHopeless) return advance({ ...returned, unansweredResult: true, resultsWanted: true }, effects);
  return advance(returned, [
    ...effects,
    { type: 'emit', event: { type: 'failed', code: 'voice-failed', message, fatal: false } },
  ]);
}

/**
 * A passing failure ends the reply that was being generated, if it is one of a reply; those that wait go on. A lasting one
 * ends the call.
 */
function fail(state: SessionState, event: Extract<VoiceControlEvent, { type: 'failed' }>): Step {
  const code: SessionFailureCode = event.retryable ? 'voice-failed' : 'voice-unavailable';
  const failed = advance(state, [
    { type: 'emit', event: { type: 'failed', code, message: event.message, fatal: !event.retryable } },
  ]);
  if (!event.retryable) {
    return andThen(failed, (next) =>
      advance({ ...next, phase: 'closed' }, [{ type: 'end', reason: 'voice-unavailable' }]),
    );
  }
  const owed = state.turns.find((turn) => turn.generating);
  if (owed === undefined || event.endsReply === false) return failed;
  return andThen(failed, (next) => endGeneration(next, owed.id));
}
