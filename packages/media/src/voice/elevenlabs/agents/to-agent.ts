import type { VoiceConfig, VoiceInput } from '../../../core/voice-port.ts';
import { instructionsToSay } from '../../persona.ts';
import { readMarkup } from '../../text/read-markup.ts';
import {
  andThen,
  ask,
  askNext,
  dropGreeting,
  muteLive,
  remember,
  type Step,
  step,
  type TalkState,
} from './talk-state.ts';
import type { ClientMessage } from './wire-messages.ts';

/** What stands for a silent user: the agent is to speak without having been told anything. */
const SILENCE = '...';
const MAX_RECALLED_CHARACTERS = 20_000;

/** What the agent is told of an input, and what is remembered of it. Sound goes another way. */
export function toAgent(state: TalkState, input: Exclude<VoiceInput, { type: 'audio' | 'configure' }>): Step {
  switch (input.type) {
    case 'user-turn-started':
    case 'user-turn-stopped':
    case 'image':
      return step(state);
    case 'user-turn-dropped':
      return step(state.awaitedAnswer === input.itemId ? { ...state, awaitedAnswer: null } : state);
    case 'text':
      // Who types is there, and must not be asked whether they are.
      return step({ ...state, typed: [...state.typed, input.text] }, [{ type: 'user_activity' }]);
    case 'history':
      return recall(state, input.items);
    case 'respond':
      return respond(state, input.turnId, input.instructions ?? null);
    case 'say':
      return say(state, input.turnId, input.text);
    case 'cancel':
      return cancel(state, input);
    case 'tool-result':
      return step({ ...state, afterTool: 'waits' }, [
        { type: 'client_tool_result', tool_call_id: input.callId, result: input.output, is_error: false },
      ]);
  }
}

/** Settings of a conversation that has begun do not change; of the instructions the agent is told. */
export function toldSettings(state: TalkState, before: VoiceConfig): Step {
  const { config, words } = state;
  if (words === 'agent' || config.prompt === before.prompt || config.prompt.trim() === '') return step(state);
  return step(state, [
    { type: 'contextual_update', text: `From now on these are your instructions:\n${config.prompt}` },
  ]);
}

/** A new conversation knows nothing of the talk so far. */
export function recalled({ memory }: TalkState): ClientMessage[] {
  if (memory.length === 0) return [];
  const lines = memory.map(({ role, text }) => `${role === 'user' ? 'User' : 'You'}: ${text}`).join('\n');
  return [{ type: 'contextual_update', text: `The talk so far:\n${lines.slice(-MAX_RECALLED_CHARACTERS)}` }];
}

function recall(state: TalkState, items: Extract<VoiceInput, { type: 'history' }>['items']): Step {
  const said = items.filter(({ text }) => text.trim() !== '');
  const rules = said.filter(({ role }) => role === 'system').map(({ text }) => text);
  const messages: ClientMessage[] = rules.map((text) => ({ type: 'contextual_update', text }));
  const turns = said.flatMap(({ role, text }) => (role === 'system' ? [] : [{ role, text }]));
  const known = turns.reduce((next, { role, text }) => remember(next, role, text, null), state);
  const earlier: TalkState = { ...state, memory: known.memory.slice(-turns.length) };
  return step(dropGreeting(known), [...messages, ...(turns.length === 0 ? [] : recalled(earlier))]);
}

function respond(state: TalkState, turnId: string, instructions: string | null): Step {
  const wanted = dropGreeting(state);
  const text = wanted.typed.join('\n');
  const asked = remember({ ...wanted, typed: [], afterTool: 'nothing' }, 'user', text, null);
  if (text === '' && instructions === null && state.afterTool !== 'nothing') {
    // The agent goes on by itself after a tool; where it already has, there is nothing to wait for.
    if (state.afterTool === 'went-on') return step(asked, [], [{ type: 'turn-done', turnId }]);
    return ask(asked, { turnId, text: null, instructions: null });
  }
  return ask(asked, { turnId, text: text === '' ? SILENCE : text, instructions });
}

function say(state: TalkState, turnId: string, text: string): Step {
  const { greeting, live, config } = state;
  if (greeting !== null && text.trim() === config.firstMessage.trim()) {
    const events = greeting.events.map((event) => ('turnId' in event ? { ...event, turnId } : event));
    const isOver = live?.turnId !== greeting.turnId;
    const heard = isOver ? remember(state, 'assistant', text, turnId) : { ...state, live: { ...live, turnId } };
    return step({ ...heard, greeting: null }, [], events);
  }
  const wish = instructionsToSay(readMarkup(text).text);
  return ask(dropGreeting(state), { turnId, text: wish, instructions: null });
}

function cancel(state: TalkState, { turnId, heardText }: Extract<VoiceInput, { type: 'cancel' }>): Step {
  const asked = state.asked.find((one) => one.turnId === turnId);
  if (asked !== undefined) {
    const isGone = !asked.isSent;
    const others = state.asked.flatMap((one) =>
      one !== asked ? [one] : isGone ? [] : [{ ...one, isCancelled: true }],
    );
    return askNext({ ...state, asked: others });
  }
  const silent: TalkState = { ...state, playsUntilMs: 0 };
  const isLive = state.live?.turnId === turnId && !state.live.isMuted;
  const known = isLive
    ? remember(muteLive(silent), 'assistant', heardText, turnId)
    : shorten(silent, turnId, heardText);
  // An agent that hears the user interrupt knows it.
  const isHeardThere = state.hearing !== null || state.awaitedWords !== null || state.interruptedTurnId === turnId;
  const told = isHeardThere || (!isLive && known === silent) ? step(known) : step(known, [interrupted(heardText)]);
  return andThen(told, askNext);
}

function interrupted(heardText: string): ClientMessage {
  const heard = heardText.trim();
  const what = heard === '' ? 'nothing of it was heard' : `only this of it was heard: "${heard}"`;
  return { type: 'contextual_update', text: `Your last answer was interrupted; ${what}.` };
}

function shorten(state: TalkState, turnId: string, heardText: string): TalkState {
  const index = state.memory.findIndex((one) => one.turnId === turnId);
  const said = state.memory[index];
  if (said === undefined || said.text === heardText.trim()) return state;
  const text = heardText.trim();
  return { ...state, memory: state.memory.toSpliced(index, 1, ...(text === '' ? [] : [{ ...said, text }])) };
}
