import {
  buildAmbiguousNameWarning,
  buildEnd,
  buildSessionCreated,
  buildSessionUpdated,
  buildSuccess,
  buildUnknownNameWarning,
  type ErrorCode,
  HISTORY_GAP_MS,
} from '@visavis/protocol';
import type { CallEffect, CallInput, CallState, CallStep } from './call-state.ts';
import { reduceClient, releaseHeld } from './reduce-client.ts';
import { reduceSession } from './reduce-session.ts';

/** How long voice and picture may take to open: a cold start on a busy machine takes many seconds. */
const READY_DEADLINE_MS = 60_000;

/**
 * The order of events of a v2 call as a pure function: success → warning → created → (history) → one automatic updated,
 * with which the talk begins; at the end one closing event, then the close of the socket.
 */
export function reduceCall(state: CallState, input: CallInput): CallStep {
  if (state.phase === 'ended') return { state, effects: [] };
  switch (input.type) {
    case 'placed':
      return announce(state);
    case 'client':
      return reduceClient(state, input.message, input.atMs);
    case 'session':
      return reduceSessionInput(state, input);
    case 'timer':
      return reduceTimer(state, input);
    case 'end':
      return endCall(state, input.code, input.detail);
    case 'socket-closed':
      return finish(state, null, input.reason, []);
  }
}

function announce(state: CallState): CallStep {
  const { sessionId, config, ambiguousName, unknownName } = state.settings;
  const effects: CallEffect[] = [{ type: 'send', message: buildSuccess(sessionId, config.iceServers) }];
  if (ambiguousName !== null) {
    effects.push({ type: 'send', message: buildAmbiguousNameWarning(ambiguousName, config.avatar.id) });
  }
  if (unknownName !== null) {
    effects.push({ type: 'send', message: buildUnknownNameWarning(unknownName, config.avatar.id) });
  }
  effects.push(
    { type: 'send', message: buildSessionCreated(sessionId, state.settings) },
    { type: 'schedule', timer: 'history-gap', delayMs: HISTORY_GAP_MS },
    { type: 'schedule', timer: 'ready-deadline', delayMs: READY_DEADLINE_MS },
  );
  return { state: { ...state, phase: 'gathering' }, effects };
}

function reduceSessionInput(state: CallState, input: Extract<CallInput, { type: 'session' }>): CallStep {
  const { event, atMs } = input;
  switch (event.type) {
    case 'ready': {
      const step = reduceSession(state, event, atMs);
      const begun = beginWhenDue({ ...step.state, ready: true }, atMs);
      return { state: begun.state, effects: [...step.effects, ...begun.effects] };
    }
    case 'failed':
      if (event.fatal) return endCall(state, failureCode(event.code), event.message, event.code);
      return reduceSession(state, event, atMs);
    case 'closed':
      return endCall(state, 'call-ended', undefined, event.reason);
    default:
      return reduceSession(state, event, atMs);
  }
}

function failureCode(code: string): ErrorCode {
  switch (code) {
    case 'avatar-unreadable':
    case 'voice-unavailable':
    case 'worker-lost':
      return code;
    default:
      return 'backend-error';
  }
}

function reduceTimer(state: CallState, input: Extract<CallInput, { type: 'timer' }>): CallStep {
  switch (input.timer) {
    case 'history-gap':
      return beginWhenDue({ ...state, gapOver: true }, input.atMs);
    case 'held-items':
      return releaseHeld(state);
    case 'ready-deadline':
      return endCall(state, 'voice-unavailable', 'The voice did not open in time. Call again.');
  }
}

/** `updated` opens the microphones, so it waits for the voice; the greeting rules count from the same moment. */
function beginWhenDue(state: CallState, atMs: number): CallStep {
  if (state.phase !== 'gathering' || !state.ready || !state.gapOver) return { state, effects: [] };
  // Without a request for a reply, items that came so far are history.
  const history = state.deferred.length === 0 ? releaseHeld(state) : { state, effects: [] };
  let step: CallStep = {
    state: { ...history.state, phase: 'talking', updatedAtMs: atMs, deferred: [] },
    effects: [
      { type: 'cancel', timer: 'ready-deadline' },
      ...history.effects,
      { type: 'command', command: { type: 'begin' } },
      { type: 'send', message: buildSessionUpdated(state.settings.sessionId) },
    ],
  };
  for (const message of state.deferred) {
    const next = reduceClient(step.state, message, atMs);
    step = { state: next.state, effects: [...step.effects, ...next.effects] };
  }
  return step;
}

function endCall(state: CallState, code: ErrorCode, detail?: string, reason: string = code): CallStep {
  return finish(state, code, reason, [{ type: 'send', message: buildEnd(code, detail || undefined) }]);
}

function finish(state: CallState, code: ErrorCode | null, reason: string, before: readonly CallEffect[]): CallStep {
  return {
    state: { ...state, phase: 'ended', held: [], deferred: [] },
    effects: [
      ...releaseHeld(state).effects,
      ...before,
      { type: 'cancel', timer: 'history-gap' },
      { type: 'cancel', timer: 'ready-deadline' },
      { type: 'cancel', timer: 'held-items' },
      { type: 'command', command: { type: 'close', reason } },
      { type: 'finish', code, reason },
    ],
  };
}
