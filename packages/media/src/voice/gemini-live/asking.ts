import { instructionsToSay } from '../persona.ts';
import { tooManyReplies } from '../shared/voice-failures.ts';
import { readMarkup } from '../text/read-markup.ts';
import { note, tellRest } from './talk-memory.ts';
import { type Ask, andThen, isFree, MAX_WAITING_REPLIES, type Step, step, type TalkState } from './talk-state.ts';
import type { Content, SentMessage } from './wire-messages.ts';

export function newAsk(turnId: string, way: Ask['way']): Ask {
  return { turnId, way, isOwn: false, isSuspect: false };
}

export function addAsk(state: TalkState, ask: Ask): Step {
  if (state.queue.length >= MAX_WAITING_REPLIES) return step(state, [], tooManyReplies(ask.turnId));
  return askNext({ ...state, queue: [...state.queue, ask] });
}

/** Asks for an answer that the service should have begun by itself. */
export function askOwn(state: TalkState): Step {
  return addAsk({ ...state, answerDue: null, nextId: state.nextId + 1 }, ownAsk(state));
}

/** The reply that is asked for then; `nextId` counts it. */
export function ownAsk({ connection, nextId }: TalkState): Ask {
  return { ...newAsk(`reply_${connection}_${nextId}`, { instructions: null }), isOwn: true };
}

/** Asks for the first waiting reply, unless the service is at another one. */
export function askNext(state: TalkState): Step {
  const [ask, ...queue] = state.queue;
  if (ask === undefined || !state.isReady || !isFree(state)) return step(state);
  const asked = { ...state, ask, queue, answerDue: null, isNextVoid: false, earlyText: '' };
  if ('say' in ask.way) return sayContent(asked, userText(instructionsToSay(readMarkup(ask.way.say).text)));
  const { instructions } = ask.way;
  if (instructions !== null) {
    return andThen(tellResults(asked, 'SILENT'), (next) =>
      sayContent(next, note(`Instructions for what you say next: ${instructions}`)),
    );
  }
  if (asked.results.length > 0) {
    return andThen(tellContext(asked), (next) => tellResults(next, 'WHEN_IDLE'));
  }
  const { memory, contents } = tellRest(asked.memory);
  // The service answers a user; where nobody has said anything, it is asked to speak.
  const isAnswer = contents.at(-1)?.role === 'user';
  const turns = [...asked.notes.map(note), ...contents, ...(isAnswer ? [] : [note('Please speak now.')])];
  return step({ ...asked, memory, notes: [] }, [{ clientContent: { turns, turnComplete: true } }]);
}

/** Whatever the service does not know yet, without asking for anything. */
export function tellContext(state: TalkState): Step {
  const { memory, contents } = tellRest(state.memory);
  const turns = [...contents, ...state.notes.map(note)];
  if (turns.length === 0) return step(state);
  return step({ ...state, memory, notes: [] }, [{ clientContent: { turns, turnComplete: false } }]);
}

/** Results of tools; `SILENT`: nobody wants to hear of them yet. */
export function tellResults(state: TalkState, scheduling: 'SILENT' | 'WHEN_IDLE'): Step {
  if (state.results.length === 0) return step(state);
  const functionResponses = state.results.map(({ callId, name, output }) => ({
    id: callId,
    name,
    scheduling,
    response: { output: readOutput(output) },
  }));
  const message: SentMessage = { toolResponse: { functionResponses } };
  return step({ ...state, results: [] }, [message]);
}

function sayContent(state: TalkState, content: Content): Step {
  const { memory, contents } = tellRest(state.memory);
  const turns = [...contents, ...state.notes.map(note), content];
  return step({ ...state, memory, notes: [] }, [{ clientContent: { turns, turnComplete: true } }]);
}

function userText(text: string): Content {
  return { role: 'user', parts: [{ text }] };
}

/** Tools mostly give JSON, which the model reads best as such. */
function readOutput(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return output;
  }
}
