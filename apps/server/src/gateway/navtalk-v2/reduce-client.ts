import { createHash } from 'node:crypto';
import type { SessionCommand } from '@visavis/media/session-events';
import { buildSessionUpdated, type ClientMessage, LIMITS } from '@visavis/protocol';
import { textBytes } from '../calls/memory/call-memory.ts';
import { toCommand, toConfigPatch } from './from-wire.ts';
import type { OpenState, V2Effect, V2State, V2Step } from './state.ts';

/** For so long after `session.updated` an item is rather a late replay of history than typed text. */
const REPLAY_PERIOD_MS = 3000;
/** How close a `response.create` must follow an item to make it typed text: during a replay, and later. */
const REPLAY_HOLD_MS = 100;
const TYPED_HOLD_MS = 1500;

/** What a client's message does. Only configuration, items and requests for a reply depend on the state. */
export function reduceClient(state: OpenState, message: ClientMessage, atMs: number): V2Step<OpenState> {
  if (state.phase === 'gathering' && asksForSpeech(message)) {
    return {
      state: { ...state, deferred: [...state.deferred, message].slice(0, LIMITS.counts.deferredRequests) },
      effects: [],
    };
  }
  switch (message.type) {
    case 'configure':
      return configure(state, message, atMs);
    case 'item':
      return addItem(state, message, atMs);
    case 'respond':
      return respond(state, message.instructions);
    case 'candidates-end':
      return { state, effects: [] };
    case 'user-text':
      return typedText(releaseHeld(state), message.text, message.reply);
    case 'tool-result': {
      const released = releaseHeld(state);
      return { state: released.state, effects: [...released.effects, command(toCommand(message))] };
    }
    default:
      return { state, effects: [command(toCommand(message))] };
  }
}

function asksForSpeech(message: ClientMessage): boolean {
  return message.type === 'respond' || message.type === 'user-text' || message.type === 'say';
}

function command(sessionCommand: SessionCommand): V2Effect {
  return { type: 'command', command: sessionCommand };
}

function configure(
  state: OpenState,
  message: Extract<ClientMessage, { type: 'configure' }>,
  atMs: number,
): V2Step<OpenState> {
  const patch = toConfigPatch(message.patch, state.settings.config.turnDetection);
  const effects: V2Effect[] = Object.keys(patch).length === 0 ? [] : [command({ type: 'configure', patch })];
  const settings = { ...state.settings, config: { ...state.settings.config, ...patch } };
  // Before the automatic one there must be no other: clients open their microphone on each.
  if (!message.acknowledge || state.phase !== 'talking') return { state: { ...state, settings }, effects };
  effects.push({ type: 'send', message: buildSessionUpdated(state.settings.sessionId) });
  return { state: { ...state, settings, updatedAtMs: atMs }, effects };
}

/**
 * An item alone is history and never answered. Once the talk has begun it is held for a moment: a `response.create` right
 * behind it makes it typed text.
 */
function addItem(state: OpenState, message: Extract<ClientMessage, { type: 'item' }>, atMs: number): V2Step<OpenState> {
  const items = message.texts.map((text) => ({ role: message.role, text }));
  const held = [...state.held, ...items];
  if (state.phase === 'gathering') {
    return { state: { ...state, held: held.slice(-LIMITS.counts.heldItems) }, effects: [] };
  }
  if (held.length > LIMITS.counts.heldItems) return releaseHeld({ ...state, held });
  const delayMs = atMs - state.updatedAtMs < REPLAY_PERIOD_MS ? REPLAY_HOLD_MS : TYPED_HOLD_MS;
  return { state: { ...state, held }, effects: [{ type: 'schedule', timer: 'held-items', delayMs }] };
}

/** Gives held items to the talk as history; in mid-talk, user turns that it already knows are left out. */
export function releaseHeld<State extends OpenState>(state: State): V2Step<State> {
  if (state.held.length === 0) return { state, effects: [] };
  const isRepeat = (text: string) => state.phase === 'talking' && state.knownTexts.has(digestOf(text));
  const fresh = state.held.filter((item) => item.role !== 'user' || !isRepeat(item.text));
  const texts = fresh.filter((item) => item.role === 'user').map((item) => item.text);
  const effects: V2Effect[] = [{ type: 'cancel', timer: 'held-items' }];
  if (fresh.length > 0) effects.push(command({ type: 'history', items: fresh }));
  return { state: { ...state, held: [], knownTexts: remember(state.knownTexts, texts) }, effects };
}

function respond(state: OpenState, instructions: string | undefined): V2Step<OpenState> {
  const lastUser = state.held.findLast((item) => item.role === 'user');
  const request = command(instructions === undefined ? { type: 'respond' } : { type: 'respond', instructions });
  if (lastUser === undefined) {
    const released = releaseHeld(state);
    return { state: released.state, effects: [...released.effects, request] };
  }
  const earlier = releaseHeld({ ...state, held: state.held.filter((item) => item !== lastUser) });
  const cancelled: V2Step<OpenState> = {
    state: earlier.state,
    effects: [{ type: 'cancel', timer: 'held-items' }, ...earlier.effects],
  };
  if (instructions === undefined) return typedText(cancelled, lastUser.text, true);
  const typed = typedText(cancelled, lastUser.text, false);
  return { state: typed.state, effects: [...typed.effects, request] };
}

function typedText(before: V2Step<OpenState>, text: string, reply: boolean): V2Step<OpenState> {
  return {
    state: { ...before.state, knownTexts: remember(before.state.knownTexts, [text]) },
    effects: [...before.effects, command({ type: 'user-text', text, reply })],
  };
}

export function remember(known: ReadonlySet<string>, texts: readonly string[]): ReadonlySet<string> {
  if (texts.length === 0) return known;
  return new Set([...known, ...texts.map(digestOf)].slice(-LIMITS.counts.knownTexts));
}

/** A thousand texts would be megabytes; their digests are not. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** Memory of what waits for the talk to begin, or for a `response.create`. */
export function waitingBytes(state: V2State): number {
  if (state.phase === 'placing' || state.phase === 'ended') return 0;
  const heldBytes = state.held.reduce((sum, { text }) => sum + textBytes(text), 0);
  if (state.phase === 'talking') return heldBytes;
  return state.deferred.reduce((sum, message) => sum + textBytes(textOf(message)), heldBytes);
}

function textOf(message: ClientMessage): string {
  if (message.type === 'respond') return message.instructions ?? '';
  return message.type === 'user-text' || message.type === 'say' ? message.text : '';
}
