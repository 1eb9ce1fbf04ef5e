import type { HistoryItem, VoiceConfig, VoiceInput } from '../../core/voice-port.ts';
import { instructionsToSay } from '../persona.ts';
import { withGiven } from '../shared/given-config.ts';
import { readMarkup } from '../text/read-markup.ts';
import { addAsk } from './asking.ts';
import { endWords } from './from-live.ts';
import { settingsOf } from './live-settings.ts';
import {
  andThen,
  append,
  mutedTurn,
  pieces,
  remember,
  type Step,
  setWords,
  step,
  type TalkState,
} from './talk-state.ts';
import { type SentMessage, soundMessage } from './wire-messages.ts';

/** What the service is told of an input, and what is remembered of it. While there is no connection, only the latter. */
export function toLive(state: TalkState, input: VoiceInput): Step {
  switch (input.type) {
    case 'audio':
      return passSound(state, input.pcm);
    case 'user-turn-started':
      return andThen(endWords(state), (next) => step(startHearing(next, input.itemId)));
    case 'user-turn-stopped':
      return stopHearing(state, input.itemId);
    case 'user-turn-dropped':
      return dropTurn(state, input.itemId);
    case 'text':
      return tellContext(state, [{ role: 'user', text: input.text }]);
    case 'history':
      return tellContext(state, input.items);
    case 'image':
      return step(state);
    case 'configure':
      return step(configured(state, withGiven(state.config, input.config)));
    case 'respond':
      return respond(state, input.turnId, input.instructions);
    case 'say': {
      const contents = pieces(readMarkup(input.text).text).map(instructionsToSay);
      return addAsk(state, { turnId: input.turnId, contents, isOwn: false });
    }
    case 'cancel':
      return cancel(state, input);
    case 'tool-result':
      return takeResult(state, input);
  }
}

function configured(state: TalkState, config: VoiceConfig): TalkState {
  return { ...state, config, wantedSettings: JSON.stringify(settingsOf(config, state.backend)) };
}

function passSound(state: TalkState, pcm: Int16Array): Step {
  if (!state.isReady || pcm.length === 0) return step(state);
  return step({ ...state, hasSent: true }, [soundMessage(pcm)]);
}

function startHearing(state: TalkState, itemId: string): TalkState {
  const words = { itemId, text: '', pieces: 0, isEnded: false };
  return { ...state, hearing: itemId, words, answerDue: null, isNextVoid: false, earlyText: '' };
}

function stopHearing(state: TalkState, itemId: string): Step {
  if (state.hearing !== itemId || state.words === null) {
    return step(state, [], [{ type: 'user-transcript-done', itemId, text: '' }]);
  }
  const placed = setWords(state, 'user', itemId, '');
  const isAnswered = state.turn !== null && !state.turn.isMuted;
  return step({
    ...placed,
    hearing: null,
    // What was interrupted has ended while the user spoke: what comes now is the answer.
    turn: isAnswered ? state.turn : null,
    words: { ...state.words, isEnded: true },
    answerDue: isAnswered ? null : itemId,
  });
}

/** The service cannot take a turn back: its answer is not passed on. */
function dropTurn(state: TalkState, itemId: string): Step {
  const dropped: TalkState = {
    ...state,
    hearing: state.hearing === itemId ? null : state.hearing,
    words: state.words?.itemId === itemId ? null : state.words,
    answerDue: state.answerDue === itemId ? null : state.answerDue,
  };
  const { turn, held } = state;
  if (turn?.answers !== itemId) return step({ ...dropped, isNextVoid: turn === null });
  const isTold = held === null && !turn.isMuted;
  const muted = { ...dropped, held: null, turn: { ...turn, isMuted: true } };
  return step(muted, [], isTold ? [{ type: 'turn-done', turnId: turn.turnId }] : []);
}

/** Silent context: nothing is said to it. */
function tellContext(state: TalkState, items: readonly HistoryItem[]): Step {
  const told = items.filter(({ text }) => text !== '').map((item) => ({ ...item, key: null }));
  const messages = state.isReady ? told.flatMap(contextMessages) : [];
  return step(remember(state, ...told), messages);
}

function contextMessages({ role, text }: HistoryItem): SentMessage[] {
  const what = { user: 'The user has written', assistant: 'You have said', system: 'Note' }[role];
  return pieces(text).map((piece) => append('thinking', `${what}: ${piece}`));
}

function respond(state: TalkState, turnId: string, instructions: string | undefined): Step {
  if (instructions === undefined && state.hasResults) {
    return addAsk({ ...state, hasResults: false }, { turnId, contents: [], isOwn: false });
  }
  const sinceReply = state.memory.slice(state.memory.findLastIndex(({ role }) => role === 'assistant') + 1);
  const written = sinceReply.findLast(({ role, key }) => role === 'user' && key === null)?.text ?? null;
  const wish = instructions ?? (written === null ? 'Speak now.' : `Answer now what the user has written: ${written}`);
  return addAsk(state, { turnId, contents: pieces(wish), isOwn: false });
}

/** The service has no way to stop: what it says is not passed on, and it is told what was heard. */
function cancel(state: TalkState, input: { turnId: string; heardText: string }): Step {
  const { turnId, heardText } = input;
  const queue = state.queue.filter((ask) => ask.turnId !== turnId);
  const said = state.memory.find(({ key }) => key === turnId)?.text ?? null;
  const cut = said === null ? state : setWords(state, 'assistant', turnId, heardText);
  const isHeldTurn = state.turn?.turnId === turnId;
  const silenced: TalkState = {
    ...cut,
    queue,
    held: isHeldTurn ? null : cut.held,
    turn: isHeldTurn && cut.turn !== null ? { ...cut.turn, isMuted: true } : cut.turn,
    ...(state.ask?.turnId === turnId ? { ask: null, turn: mutedTurn(turnId) } : {}),
  };
  const isSpeaking = silenced.turn?.turnId === turnId;
  if (!state.isReady || (!isSpeaking && (said === null || said.trim() === heardText.trim()))) return step(silenced);
  const heard = heardText.trim().slice(-MAX_HEARD_CHARACTERS);
  const note = heard === '' ? 'the user has heard nothing of it' : `the user has heard only this of it: ${heard}`;
  const message = isSpeaking
    ? append('instructions', `Stop speaking now. Your answer was interrupted, and ${note}`)
    : append('thinking', `Your last answer was interrupted, and ${note}`);
  return step(silenced, [message]);
}

const MAX_HEARD_CHARACTERS = 1000;

function takeResult(state: TalkState, { callId, output }: { callId: string; output: string }): Step {
  const noted = remember(state, { role: 'system', text: `A tool that you called gave: ${output}`, key: null });
  if (!state.isReady || !state.calls.includes(callId)) return tellContext(state, [{ role: 'system', text: output }]);
  const calls = state.calls.filter((other) => other !== callId);
  const item = { type: 'function_call_output', call_id: callId, output } as const;
  return step({ ...noted, calls, hasResults: true }, [{ type: 'response.item.create', item }]);
}
