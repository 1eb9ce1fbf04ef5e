import type { SessionEvent } from '@visavis/media/session-events';
import {
  buildAudioDone,
  buildProblem,
  buildToolCallDelta,
  buildToolCallDone,
  buildTranscriptDone,
  LIMITS,
  type ServerMessage,
} from '@visavis/protocol';
import { remember } from './reduce-client.ts';
import type { OpenReply, OpenState, V2Effect, V2Step } from './state.ts';
import { toMessages } from './to-wire.ts';

/** What an event of the session means for the client. Fatal failures and the end are not decided here. */
export function reduceSession(state: OpenState, event: SessionEvent): V2Step<OpenState> {
  switch (event.type) {
    case 'reply-text-done':
      return finishText(state, event.turnId, event.text);
    case 'reply-done':
      return finishReply(state, event);
    case 'tool-call-delta':
      return {
        state: { ...state, callsWithDelta: withCall(state.callsWithDelta, event.callId) },
        effects: [send(buildToolCallDelta(event))],
      };
    case 'tool-call-done':
      return finishToolCall(state, event);
    case 'failed':
      return reportTrouble(state, event);
    case 'tool-call-timed-out':
    case 'closed':
      return { state, effects: [] };
    case 'user-transcript-done':
      return noteUserTranscript(state, event);
    case 'reply-text-delta':
      return addText(state, event);
    case 'reply-audio':
      return {
        state,
        effects: toMessages(event, state.settings).map((message) => ({ ...send(message), isSound: true })),
      };
    default:
      return { state, effects: toMessages(event, state.settings).map(send) };
  }
}

function send(message: ServerMessage): Extract<V2Effect, { type: 'send' }> {
  return { type: 'send', message };
}

function openReply(state: OpenState, turnId: string): OpenReply {
  const known = state.replies.find((reply) => reply.turnId === turnId);
  return known ?? { turnId, text: '', textDone: false, toolCallCount: 0 };
}

function withReply(state: OpenState, reply: OpenReply): OpenState {
  const others = state.replies.filter((other) => other.turnId !== reply.turnId);
  return { ...state, replies: [...others, reply].slice(-LIMITS.counts.openReplies) };
}

/** The oldest are forgotten: a voice that never finishes its calls must not fill the memory. */
function withCall(calls: ReadonlySet<string>, callId: string): ReadonlySet<string> {
  return new Set([...calls, callId].slice(-LIMITS.counts.openToolCalls));
}

function addText(state: OpenState, event: Extract<SessionEvent, { type: 'reply-text-delta' }>): V2Step<OpenState> {
  const reply = openReply(state, event.turnId);
  return {
    state: withReply(state, { ...reply, text: (reply.text + event.text).slice(0, LIMITS.characters.replyText) }),
    effects: toMessages(event, state.settings).map(send),
  };
}

/** A replayed history may hold what was said aloud in this very call. */
function noteUserTranscript(
  state: OpenState,
  event: Extract<SessionEvent, { type: 'user-transcript-done' }>,
): V2Step<OpenState> {
  const effects = toMessages(event, state.settings).map(send);
  if (event.text.trim() === '') return { state, effects };
  return { state: { ...state, knownTexts: remember(state.knownTexts, [event.text]) }, effects };
}

function finishText(state: OpenState, turnId: string, text: string): V2Step<OpenState> {
  const reply = openReply(state, turnId);
  if (reply.textDone) return { state, effects: [] };
  const effects = text === '' ? [] : [send(buildTranscriptDone(turnId, text))];
  const kept = text.slice(0, LIMITS.characters.replyText);
  return { state: withReply(state, { ...reply, text: kept, textDone: true }), effects };
}

/**
 * Every bubble that was opened is closed, even when the reply was cut before its text was complete. Of a reply without words and sound,
 * such as one that only calls a tool, nothing was opened: its `audio.done` would start the hang-up timers of NavTalk's clients.
 */
function finishReply(state: OpenState, event: Extract<SessionEvent, { type: 'reply-done' }>): V2Step<OpenState> {
  const { turnId, interrupted, playedMs, heardText } = event;
  const reply = openReply(state, turnId);
  const text = finishText(state, turnId, reply.text);
  const isUnheard = reply.text === '' && heardText === '' && playedMs <= 0;
  const done = buildAudioDone(turnId, { interrupted, playedMs: Math.round(playedMs), heardText });
  return {
    state: { ...state, replies: state.replies.filter((other) => other.turnId !== turnId) },
    effects: isUnheard && !state.settings.extensions ? text.effects : [...text.effects, send(done)],
  };
}

/** Some clients read the arguments from the deltas alone, so there is always at least one. */
function finishToolCall(state: OpenState, event: Extract<SessionEvent, { type: 'tool-call-done' }>): V2Step<OpenState> {
  const { turnId, callId, name, argumentsJson } = event;
  const reply = openReply(state, turnId);
  const effects: V2Effect[] = [];
  if (!state.callsWithDelta.has(callId)) {
    effects.push(send(buildToolCallDelta({ turnId, callId, name, delta: argumentsJson })));
  }
  const call = { turnId, callId, name, argumentsJson, outputIndex: reply.toolCallCount };
  effects.push(send(buildToolCallDone(call, state.settings.toolArguments)));
  const callsWithDelta = new Set(state.callsWithDelta);
  callsWithDelta.delete(callId);
  return {
    state: { ...withReply(state, { ...reply, toolCallCount: reply.toolCallCount + 1 }), callsWithDelta },
    effects,
  };
}

/** NavTalk has no event for trouble that a call survives: an `error` makes one of its clients hang up. */
function reportTrouble(state: OpenState, event: Extract<SessionEvent, { type: 'failed' }>): V2Step<OpenState> {
  const effects: V2Effect[] = [
    { type: 'log', level: 'warn', text: 'Trouble in a call', fields: { code: event.code, detail: event.message } },
  ];
  if (state.settings.extensions) effects.push(send(buildProblem(event.code, event.message)));
  return { state, effects };
}
