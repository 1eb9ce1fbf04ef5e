import type { SessionFailureCode } from './session-events.ts';
import type { SessionState, Step, VoiceControlEvent } from './session-state.ts';
import {
  addTurn,
  advance,
  andThen,
  awaitTool,
  interrupt,
  newExchange,
  noteSpokenOver,
  respondIfQueued,
  skipGreeting,
  takeTranscript,
  textDone,
} from './turn-steps.ts';

/** What the voice says and does. Events of replies that have ended are dropped. */
export function reduceVoice(state: SessionState, event: VoiceControlEvent, atMs: number): Step {
  if ('turnId' in event && event.type !== 'turn-started' && !state.turns.some((turn) => turn.id === event.turnId)) {
    return advance(state, []);
  }
  switch (event.type) {
    case 'user-speech-started':
      return andThen(
        andThen(skipGreeting(noteSpokenOver(state, event.itemId, atMs)), (next) =>
          advance({ ...next, userItemId: event.itemId }, [
            {
              type: 'emit',
              event: { type: 'user-speech-started', itemId: event.itemId, audioStartMs: event.audioStartMs },
            },
          ]),
        ),
        interrupt,
      );
    case 'user-speech-stopped':
      return advance({ ...state, userItemId: null, exchange: newExchange(atMs) }, [
        { type: 'emit', event: { type: 'user-speech-stopped', itemId: event.itemId, audioEndMs: event.audioEndMs } },
      ]);
    case 'user-transcript-delta':
      return advance(state, []);
    case 'user-transcript-done':
      return takeTranscript(
        { ...state, exchange: state.exchange && { ...state.exchange, transcriptMs: atMs } },
        event.itemId,
        event.text,
      );
    case 'turn-started':
      return state.turns.some((turn) => turn.id === event.turnId) ? advance(state, []) : addTurn(state, event.turnId);
    case 'text-delta':
      return addTextDelta(state, event, atMs);
    case 'tool-call-delta':
      return advance(state, [{ type: 'emit', event }]);
    case 'tool-call-done':
      return andThen(advance(state, [{ type: 'emit', event }]), (next) => awaitTool(next, event.callId, event.turnId));
    case 'turn-done':
      return endGeneration(state, event.turnId);
    case 'failed':
      return fail(state, event);
  }
}

function addTextDelta(
  state: SessionState,
  event: { turnId: string; text: string; audioStartMs?: number },
  atMs: number,
): Step {
  const span = { text: event.text, audioStartMs: event.audioStartMs ?? null };
  const turns = state.turns.map((turn) =>
    turn.id === event.turnId ? { ...turn, spans: [...turn.spans, span] } : turn,
  );
  const exchange = state.exchange && { ...state.exchange, firstTextMs: state.exchange.firstTextMs ?? atMs };
  return advance({ ...state, turns, exchange }, [
    { type: 'emit', event: { type: 'reply-text-delta', turnId: event.turnId, text: event.text } },
    { type: 'cue-face', cue: { type: 'reply-text', turnId: event.turnId, ...span } },
  ]);
}

function endGeneration(state: SessionState, turnId: string): Step {
  const turn = state.turns.find((candidate) => candidate.id === turnId);
  if (turn === undefined || !turn.generating) return advance(state, []);
  const turns = state.turns.map((candidate) =>
    candidate.id === turnId ? { ...candidate, generating: false } : candidate,
  );
  const ended = advance({ ...state, turns }, [
    ...(turn.spans.length > 0 ? [textDone(turn)] : []),
    { type: 'finish-audio', turnId },
  ]);
  return andThen(ended, respondIfQueued);
}

/** A passing failure ends the replies that were being generated; a lasting one ends the call. */
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
  return state.turns
    .filter((turn) => turn.generating)
    .reduce((step, turn) => andThen(step, (next) => endGeneration(next, turn.id)), failed);
}
