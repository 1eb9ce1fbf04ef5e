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
import type { CallEffect, CallState, CallStep, OpenReply } from './call-state.ts';
import { remember } from './reduce-client.ts';
import { toMessages } from './to-wire.ts';

/** What an event of the call means for the client and the record. Fatal failures and the end are not decided here. */
export function reduceSession(state: CallState, event: SessionEvent, atMs: number): CallStep {
  switch (event.type) {
    case 'reply-text-done':
      return finishText(state, event.turnId, event.text);
    case 'reply-done':
      return finishReply(state, event, atMs);
    case 'tool-call-delta':
      return {
        state: { ...state, callsWithDelta: withCall(state.callsWithDelta, event.callId) },
        effects: [send(buildToolCallDelta(event))],
      };
    case 'tool-call-done':
      return finishToolCall(state, event);
    case 'failed':
      return reportTrouble(state, event);
    case 'closed':
      return { state, effects: [] };
    case 'user-transcript-done':
      return noteUserTranscript(state, event);
    case 'reply-text-delta':
      return addText(state, event);
    case 'user-speech-started':
      return noteUserSpeech(state, event, atMs);
    case 'turn-latency':
      return noteFirstSound(state, event, atMs);
    default:
      return { state, effects: toMessages(event, state.settings).map(send) };
  }
}

function send(message: ServerMessage): CallEffect {
  return { type: 'send', message };
}

function openReply(state: CallState, turnId: string): OpenReply {
  const known = state.replies.find((reply) => reply.turnId === turnId);
  return known ?? { turnId, text: '', textDone: false, toolCallCount: 0, soundedAtMs: null, latencyMs: null };
}

function withReply(state: CallState, reply: OpenReply): CallState {
  const others = state.replies.filter((other) => other.turnId !== reply.turnId);
  return { ...state, replies: [...others, reply].slice(-LIMITS.counts.openReplies) };
}

/** The oldest are forgotten: a voice that never finishes its calls must not fill the memory. */
function withCall(calls: ReadonlySet<string>, callId: string): ReadonlySet<string> {
  return new Set([...calls, callId].slice(-LIMITS.counts.openToolCalls));
}

function addText(state: CallState, event: Extract<SessionEvent, { type: 'reply-text-delta' }>): CallStep {
  const reply = openReply(state, event.turnId);
  return {
    state: withReply(state, { ...reply, text: (reply.text + event.text).slice(0, LIMITS.characters.replyText) }),
    effects: toMessages(event, state.settings).map(send),
  };
}

/** It is noticed when as much of it as belongs before it has been heard. */
function noteUserSpeech(
  state: CallState,
  event: Extract<SessionEvent, { type: 'user-speech-started' }>,
  atMs: number,
): CallStep {
  const { itemId } = event;
  const startedAtMs = atMs - state.settings.config.turnDetection.prefixPaddingMs;
  const heardTurns = [...state.heardTurns, { itemId, startedAtMs }].slice(-LIMITS.counts.openReplies);
  return { state: { ...state, heardTurns }, effects: toMessages(event, state.settings).map(send) };
}

function noteFirstSound(
  state: CallState,
  event: Extract<SessionEvent, { type: 'turn-latency' }>,
  atMs: number,
): CallStep {
  const { turnId, latency } = event;
  return {
    state: withReply(state, { ...openReply(state, turnId), soundedAtMs: atMs, latencyMs: latency.firstSoundMs }),
    effects: toMessages(event, state.settings).map(send),
  };
}

/** A replayed history may hold what was said aloud in this very call. */
function noteUserTranscript(
  state: CallState,
  event: Extract<SessionEvent, { type: 'user-transcript-done' }>,
): CallStep {
  const effects = toMessages(event, state.settings).map(send);
  const turn = state.heardTurns.find(({ itemId }) => itemId === event.itemId);
  const heardTurns = state.heardTurns.filter((other) => other !== turn);
  if (event.text.trim() === '') return { state: { ...state, heardTurns }, effects };
  const message = { role: 'user' as const, text: event.text };
  return {
    state: { ...state, heardTurns, knownTexts: remember(state.knownTexts, [event.text]) },
    effects: [
      ...effects,
      { type: 'record', message: turn === undefined ? message : { ...message, startedAtMs: turn.startedAtMs } },
    ],
  };
}

function finishText(state: CallState, turnId: string, text: string): CallStep {
  const reply = openReply(state, turnId);
  if (reply.textDone) return { state, effects: [] };
  const effects = text === '' ? [] : [send(buildTranscriptDone(turnId, text))];
  const kept = text.slice(0, LIMITS.characters.replyText);
  return { state: withReply(state, { ...reply, text: kept, textDone: true }), effects };
}

/** Every bubble that was opened is closed, even when the reply was cut before its text was complete. */
function finishReply(state: CallState, event: Extract<SessionEvent, { type: 'reply-done' }>, atMs: number): CallStep {
  const reply = openReply(state, event.turnId);
  const text = finishText(state, event.turnId, reply.text);
  const { turnId, interrupted, playedMs, heardText } = event;
  const effects: CallEffect[] = [
    ...text.effects,
    send(buildAudioDone(turnId, { interrupted, playedMs: Math.round(playedMs), heardText })),
  ];
  const said = interrupted ? heardText : reply.text || heardText;
  if (said.trim() !== '') {
    const startedAtMs = reply.soundedAtMs ?? atMs - playedMs;
    const latency = reply.latencyMs === null ? {} : { latencyMs: reply.latencyMs };
    effects.push({
      type: 'record',
      message: { role: 'assistant', text: said, interrupted, startedAtMs, ...latency },
    });
  }
  return { state: { ...state, replies: state.replies.filter((other) => other.turnId !== turnId) }, effects };
}

/** Some clients read the arguments from the deltas alone, so there is always at least one. */
function finishToolCall(state: CallState, event: Extract<SessionEvent, { type: 'tool-call-done' }>): CallStep {
  const { turnId, callId, name, argumentsJson } = event;
  const reply = openReply(state, turnId);
  const effects: CallEffect[] = [];
  if (!state.callsWithDelta.has(callId)) {
    effects.push(send(buildToolCallDelta({ turnId, callId, name, delta: argumentsJson })));
  }
  effects.push(
    send(
      buildToolCallDone(
        { turnId, callId, name, argumentsJson, outputIndex: reply.toolCallCount },
        state.settings.toolArguments,
      ),
    ),
    { type: 'record', message: { role: 'tool', text: JSON.stringify({ callId, name, arguments: argumentsJson }) } },
  );
  const callsWithDelta = new Set(state.callsWithDelta);
  callsWithDelta.delete(callId);
  return {
    state: { ...withReply(state, { ...reply, toolCallCount: reply.toolCallCount + 1 }), callsWithDelta },
    effects,
  };
}

/** NavTalk has no event for trouble that a call survives: an `error` makes one of its clients hang up. */
function reportTrouble(state: CallState, event: Extract<SessionEvent, { type: 'failed' }>): CallStep {
  const effects: CallEffect[] = [
    { type: 'log', level: 'warn', text: 'Trouble in a call', fields: { code: event.code, detail: event.message } },
  ];
  if (state.settings.extensions) effects.push(send(buildProblem(event.code, event.message)));
  return { state, effects };
}
