import type { VoiceConfig, VoiceInput } from '../../core/voice-port.ts';
import { withGiven } from '../shared/given-config.ts';
import { base64OfPcm } from '../shared/pcm-bytes.ts';
import { addAsk, askNext, newAsk, tellContext, tellResults } from './asking.ts';
import { endWords } from './from-wire.ts';
import { setupOf } from './setup.ts';
import { remember, setWords, wordsOf } from './talk-memory.ts';
import { andThen, newTurn, type Step, step, type TalkState } from './talk-state.ts';
import { pictureMessages, SENT_SAMPLE_RATE_HZ, type SentMessage } from './wire-messages.ts';

const ACTIVITY_START: SentMessage = { realtimeInput: { activityStart: {} } };
const ACTIVITY_END: SentMessage = { realtimeInput: { activityEnd: {} } };

/** What the service is told of an input, and what is remembered of it. While there is no connection, only the latter. */
export function toWire(state: TalkState, input: VoiceInput): Step {
  switch (input.type) {
    case 'audio':
      return passSound(state, input.pcm);
    case 'user-turn-started':
      return startHearing(state, input.itemId);
    case 'user-turn-stopped':
      return stopHearing(state, input.itemId);
    case 'user-turn-dropped':
      return dropTurn(state, input.itemId);
    case 'text':
      return recall(state, [{ role: 'user', text: input.text }]);
    case 'history':
      return recall(state, input.items);
    case 'image':
      return showPicture(state, input.dataUrl);
    case 'configure':
      return step(configured(state, withGiven(state.config, input.config)));
    case 'respond':
      return addAsk(state, newAsk(input.turnId, { instructions: input.instructions ?? null }));
    case 'say':
      return addAsk(state, newAsk(input.turnId, { say: input.text }));
    case 'cancel':
      return cancel(state, input);
    case 'tool-result':
      return takeResult(state, input);
  }
}

function configured(state: TalkState, config: VoiceConfig): TalkState {
  return { ...state, config, wantedSetup: JSON.stringify(setupOf(config)) };
}

function passSound(state: TalkState, pcm: Int16Array): Step {
  if (!state.isReady || state.hearing === null || pcm.length === 0) return step(state);
  const audio = { mimeType: `audio/pcm;rate=${SENT_SAMPLE_RATE_HZ}`, data: base64OfPcm(pcm) };
  return step(state, [{ realtimeInput: { audio } }]);
}

/** The beginning of an activity interrupts what the service says. */
function startHearing(state: TalkState, itemId: string): Step {
  const words = { itemId, text: '', pieces: 0, isEnded: false, isSettled: false, isAnswered: false };
  const begun = andThen(endWords(state), (next) =>
    step({ ...next, hearing: itemId, words, answerDue: null, isNextVoid: false, earlyText: '' }),
  );
  if (!state.isReady) return begun;
  const told = andThen(andThen(begun, tellContext), (next) => tellResults(next, 'SILENT'));
  return andThen(told, (next) => step(next, [ACTIVITY_START]));
}

function stopHearing(state: TalkState, itemId: string): Step {
  // The end of a turn that the service has not heard begin: there is nothing to write down.
  if (state.hearing !== itemId || state.words === null) {
    return step(state, [], [{ type: 'user-transcript-done', itemId, text: '' }]);
  }
  const words = { ...state.words, isEnded: true };
  // Its words may come after the answer has begun, but belong before it.
  const memory = setWords(state.memory, 'user', itemId, '');
  return step({ ...state, hearing: null, memory, words, answerDue: itemId }, state.isReady ? [ACTIVITY_END] : []);
}

/** The service cannot take a turn back: its answer is not passed on. */
function dropTurn(state: TalkState, itemId: string): Step {
  if (state.hearing === itemId) {
    const dropped = { ...state, hearing: null, words: null, isNextVoid: true };
    return step(dropped, state.isReady ? [ACTIVITY_END] : []);
  }
  const words = state.words?.itemId === itemId ? null : state.words;
  if (state.answerDue === itemId) return step({ ...state, words, answerDue: null, isNextVoid: true });
  const { turn } = state;
  // All of the answer has come, and may still be held back for the words.
  if (turn === null || turn.phase === 'over')
    return step({ ...state, words, held: words === null ? null : state.held });
  if (turn.answers !== itemId || turn.isMuted) return step({ ...state, words });
  const wasTold = state.held === null;
  const muted = { ...state, words, held: null, turn: { ...turn, isMuted: true } };
  return andThen(step(muted, [], wasTold ? [{ type: 'turn-done', turnId: turn.turnId }] : []), askNext);
}

function recall(state: TalkState, items: Extract<VoiceInput, { type: 'history' }>['items']): Step {
  const added = items.filter(({ text }) => text !== '').map((item) => ({ ...item, key: null, isTold: false }));
  return step({ ...state, memory: remember(state.memory, ...added) });
}

function showPicture(state: TalkState, dataUrl: string): Step {
  const shown = { ...state, picture: dataUrl };
  return step(shown, state.isReady ? pictureMessages(dataUrl) : []);
}

/** The service keeps what it has said, so it is told what was heard of it. */
function cancel(state: TalkState, input: { turnId: string; heardText: string }): Step {
  const { turnId, heardText } = input;
  if (state.queue.some((ask) => ask.turnId === turnId)) {
    return step({ ...state, queue: state.queue.filter((ask) => ask.turnId !== turnId) });
  }
  const said = wordsOf(state.memory, turnId);
  const isCut = said !== null && said.trim() !== heardText.trim();
  const memory = said === null ? state.memory : setWords(state.memory, 'assistant', turnId, heardText);
  const notes = isCut ? [...state.notes, interruptionNote(heardText)] : state.notes;
  const silenced = silence({ ...state, memory, notes }, turnId);
  const isQuiet = silenced.isReady && silenced.hearing === null && silenced.answerDue === null;
  // What the service is told stops it, too.
  return andThen(isQuiet && silenced.ask === null ? tellContext(silenced) : step(silenced), askNext);
}

function interruptionNote(heardText: string): string {
  return heardText.trim() === ''
    ? 'You were interrupted: the user heard nothing of your last answer.'
    : `You were interrupted: of your last answer the user heard only this: ${heardText.trim()}`;
}

/** What still comes of this turn is dropped; one that has not begun is awaited as one of which nothing is told. */
function silence(state: TalkState, turnId: string): TalkState {
  if (state.ask?.turnId === turnId) {
    return { ...state, ask: null, turn: newTurn(turnId, { isMuted: true }) };
  }
  if (state.turn?.turnId !== turnId) return state;
  return { ...state, held: null, turn: { ...state.turn, isMuted: true } };
}

function takeResult(state: TalkState, { callId, output }: { callId: string; output: string }): Step {
  const name = state.calls[callId];
  // A call of a former connection, or one that the service has taken back.
  if (name === undefined) {
    const text = `Result of a tool that you called (${callId}): ${output}`;
    return step({ ...state, memory: remember(state.memory, { role: 'system', text, key: null, isTold: false }) });
  }
  const { [callId]: _, ...calls } = state.calls;
  const text = `The tool ${name} that you called gave: ${output}`;
  const memory = remember(state.memory, { role: 'system', text, key: null, isTold: true });
  return step({ ...state, calls, memory, results: [...state.results, { callId, name, output }] });
}
