import { createHash } from 'node:crypto';
import type { SessionCommand, SessionConfigPatch } from '@visavis/media/session-events';
import { buildSessionUpdated, type ClientMessage, LIMITS } from '@visavis/protocol';
import { textBytes } from '../calls/memory/call-memory.ts';
import { toCommand, toConfigPatch } from './from-wire.ts';
import type { OpenState, V2Effect, V2State, V2Step } from './state.ts';

/** For so long after `session.updated` an item is rather a late replay of history than typed text. */
const REPLAY_PERIOD_MS = 3000;
/** How close a `response.create` must follow an item of a replay to make it typed text, and how close items of one replay come. */
const REPLAY_HOLD_MS = 100;
/** So long a typed item waits for its `response.create`: one that comes later asks for something else. */
const TYPED_HOLD_MS = 30_000;
/** What a page shows while it listens; one of NavTalk's clients replays it as words of the user. */
const PLACEHOLDER = /^\s*listening\s?(?:\.{3}|…)\s*$/i;

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
    case 'tool-result':
    case 'audio-commit': {
      const released = releaseHeld(state);
      return { state: released.state, effects: [...released.effects, command(toCommand(message))] };
    }
    case 'image': {
      const released = message.reply ? releaseHeld(state) : { state, effects: [] };
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
  const patch = withOwnTools(state, toConfigPatch(message.patch, state.settings.config.turnDetection));
  const effects: V2Effect[] = Object.keys(patch).length === 0 ? [] : [command({ type: 'configure', patch })];
  const settings = { ...state.settings, config: { ...state.settings.config, ...patch } };
  // Before the automatic one there must be no other: clients open their microphone on each.
  if (!message.acknowledge || state.phase !== 'talking') return { state: { ...state, settings }, effects };
  effects.push({ type: 'send', message: buildSessionUpdated(state.settings.sessionId) });
  return { state: { ...state, settings, updatedAtMs: atMs }, effects };
}

/** Clients without tools of their own say so: those of the avatar's record are theirs to use as before. */
function withOwnTools({ recordTools, settings }: OpenState, patch: SessionConfigPatch): SessionConfigPatch {
  if (patch.tools?.length !== 0) return patch;
  const { tools: _none, ...rest } = patch;
  return settings.config.tools === recordTools ? rest : { ...rest, tools: recordTools };
}

/**
 * An item alone is history and never answered. Once the talk has begun it is held: a `response.create` makes it typed text, also some
 * time later. It is history when the user says something else first, and after the hold: half a minute where it looks typed, a moment
 * where it may be part of a replay.
 */
function addItem(state: OpenState, message: Extract<ClientMessage, { type: 'item' }>, atMs: number): V2Step<OpenState> {
  const texts = message.role === 'user' ? message.texts.filter((text) => !PLACEHOLDER.test(text)) : message.texts;
  const items = texts.map((text) => ({ role: message.role, text }));
  const held = [...state.held, ...items];
  const next = { ...state, held, itemAtMs: atMs };
  if (state.phase === 'gathering') {
    return { state: { ...next, held: held.slice(-LIMITS.counts.heldItems) }, effects: [] };
  }
  if (held.length > LIMITS.counts.heldItems) return releaseHeld(next);
  if (items.length === 0) return { state: next, effects: [] };
  const isBehindOther = state.itemAtMs !== null && atMs - state.itemAtMs < REPLAY_HOLD_MS;
  const isReplay = message.role !== 'user' || isBehindOther || atMs - state.updatedAtMs < REPLAY_PERIOD_MS;
  const delayMs = isReplay ? REPLAY_HOLD_MS : TYPED_HOLD_MS;
  return { state: next, effects: [{ type: 'schedule', timer: 'held-items', delayMs }] };
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
    // What comes behind it belongs to no replay with it.
    state: { ...before.state, itemAtMs: null, knownTexts: remember(before.state.knownTexts, [text]) },
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
