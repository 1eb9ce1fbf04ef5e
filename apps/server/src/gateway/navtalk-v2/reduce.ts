import {
  buildAmbiguousNameWarning,
  buildEnd,
  buildHeartbeat,
  buildProblem,
  buildSessionCreated,
  buildSessionUpdated,
  buildSuccess,
  buildUnknownNameWarning,
  type EndEventType,
  endEvent,
} from '@visavis/protocol';
import type { CallEnd, CallSettings } from '../calls/call-settings.ts';
import { reduceClient, releaseHeld } from './reduce-client.ts';
import { reduceSession } from './reduce-session.ts';
import {
  type Gathering,
  gathering,
  type OpenState,
  type Talking,
  type V2Effect,
  type V2Input,
  type V2State,
  type V2Step,
  type V2Timer,
} from './state.ts';

const LITTLE_KNOWN: ReadonlySet<EndEventType> = new Set([
  'conversation.connected.insufficient_balance',
  'conversation.connected.gpu_full',
  'conversation.connected.connection_limit_exceeded',
]);

/**
 * The order of events of a v2 call as a pure function: success → warning → created → (history) → one automatic updated,
 * with which the talk begins; at the end one closing event, then the close of the socket.
 */
export function reduce(state: V2State, input: V2Input): V2Step {
  if (state.phase === 'ended') return { state, effects: [] };
  if (input.type === 'ending') return finish(state, input.end);
  if (state.phase === 'placing') {
    return input.type === 'placed' ? announce(input.settings) : { state, effects: [] };
  }
  return reduceOpen(state, input);
}

function reduceOpen(state: OpenState, input: Exclude<V2Input, { type: 'ending' }>): V2Step {
  switch (input.type) {
    case 'placed':
      return { state, effects: [] };
    case 'client':
      return reduceClient(state, input.message, input.atMs);
    case 'session':
      return reduceSessionInput(state, input);
    case 'timer':
      return reduceTimer(state, input.timer, input.atMs);
    case 'ignored': {
      const { reason, detail } = input;
      return tellOwnClient(state, buildProblem('message-ignored', `A message was ignored (${reason}).`, detail));
    }
    case 'heartbeat':
      return tellOwnClient(state, buildHeartbeat(input.intervalMs));
  }
}

function tellOwnClient(state: OpenState, message: Extract<V2Effect, { type: 'send' }>['message']): V2Step {
  return { state, effects: state.settings.extensions ? [{ type: 'send', message }] : [] };
}

function announce(settings: CallSettings): V2Step {
  const { sessionId, config, ambiguousName, unknownName } = settings;
  const effects: V2Effect[] = [{ type: 'send', message: buildSuccess(sessionId, config.iceServers) }];
  if (ambiguousName !== null) {
    effects.push({ type: 'send', message: buildAmbiguousNameWarning(ambiguousName, config.avatar.id) });
  }
  if (unknownName !== null) {
    effects.push({ type: 'send', message: buildUnknownNameWarning(unknownName, config.avatar.id) });
  }
  effects.push(
    { type: 'send', message: buildSessionCreated(sessionId, settings) },
    { type: 'schedule', timer: 'history-gap', delayMs: settings.historyGapMs },
  );
  return { state: gathering(settings), effects };
}

function reduceSessionInput(state: OpenState, { event, atMs }: Extract<V2Input, { type: 'session' }>): V2Step {
  // What was typed and is not asked about came before what is said now.
  const released = event.type === 'user-speech-started' ? releaseHeld(state) : { state, effects: [] };
  const told = reduceSession(released.state, event);
  const step: V2Step<OpenState> = { state: told.state, effects: [...released.effects, ...told.effects] };
  if (event.type !== 'ready' || step.state.phase !== 'gathering') return step;
  const begun = beginWhenDue({ ...step.state, isReady: true }, atMs);
  return { state: begun.state, effects: [...step.effects, ...begun.effects] };
}

function reduceTimer(state: OpenState, timer: V2Timer, atMs: number): V2Step {
  if (timer === 'held-items') return releaseHeld(state);
  return state.phase === 'gathering' ? beginWhenDue({ ...state, isGapOver: true }, atMs) : { state, effects: [] };
}

/** `updated` opens the microphones, so it waits for the voice; the greeting rules count from the same moment. */
function beginWhenDue(state: Gathering, atMs: number): V2Step<OpenState> {
  if (!state.isReady || !state.isGapOver) return { state, effects: [] };
  const { isReady, isGapOver, deferred, ...talk } = state;
  const talking: Talking = { ...talk, phase: 'talking', updatedAtMs: atMs };
  // Without a request for a reply, items that came so far are history.
  const history = deferred.length === 0 ? releaseHeld(state) : { state, effects: [] };
  let step: V2Step<OpenState> = {
    state: { ...talking, held: history.state.held, knownTexts: history.state.knownTexts },
    effects: [
      ...history.effects,
      { type: 'command', command: { type: 'begin' } },
      { type: 'send', message: buildSessionUpdated(state.settings.sessionId) },
    ],
  };
  for (const message of deferred) {
    const next = reduceClient(step.state, message, atMs);
    step = { state: next.state, effects: [...step.effects, ...next.effects] };
  }
  return step;
}

/** What is held is history to the end. `end` is null when nobody is there to be told. */
function finish(state: Exclude<V2State, { phase: 'ended' }>, end: CallEnd | null): V2Step {
  const released = state.phase === 'placing' ? [] : releaseHeld(state).effects;
  const ended: V2State = { phase: 'ended' };
  if (end === null) return { state: ended, effects: released };
  const { extensions } = state.phase === 'placing' ? state : state.settings;
  const { closeCode, closeReason } = endEvent(end.code);
  return {
    state: ended,
    effects: [...released, ...tellEnd(end, extensions), { type: 'close', closeCode, closeReason }],
  };
}

/** Most published clients show nothing for the events of their own, and wait for ever; `fail` they all show. */
function tellEnd({ code, detail }: CallEnd, extensions: boolean): V2Effect[] {
  const message = buildEnd(code, detail);
  const told: V2Effect = { type: 'send', message };
  if (extensions || !LITTLE_KNOWN.has(message.type)) return [told];
  return [told, { type: 'send', message: { ...message, type: 'conversation.connected.fail' } }];
}
