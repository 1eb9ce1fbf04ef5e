import { askedLanguage } from '@visavis/protocol';
import type { HistoryItem } from '../core/voice-port.ts';
import { answerBy } from './answering.ts';
import { decide } from './interruption.ts';
import { quotedGreeting } from './quoted-greeting.ts';
import { say } from './say.ts';
import type { SessionConfigPatch } from './session-events.ts';
import type { ControlCommand, SessionEffect, SessionState, Step } from './session-state.ts';
import { GREETING_WAIT_MS, serverWaitsOf } from './session-state.ts';
import { changeTurnRules } from './turn-rules.ts';
import {
  advance,
  andThen,
  greet,
  interrupt,
  interruptAll,
  isReplying,
  NOTHING_WANTED,
  newExchange,
  nextIdOf,
  respondIfQueued,
  respondNow,
  settleCall,
  skipGreeting,
} from './turn-steps.ts';

/** What a client's command does to the talk. */
export function reduceCommand(state: SessionState, command: ControlCommand, atMs: number): Step {
  switch (command.type) {
    case 'begin':
      return begin(state);
    case 'user-audio':
      return advance(state, [{ type: 'hear-user', bytes: command.bytes }]);
    case 'remote-description':
      return advance(state, [{ type: 'take-description', description: command.description }]);
    case 'remote-candidate':
      return advance(state, [{ type: 'take-candidate', candidate: command.candidate }]);
    case 'channel-message':
      return advance(state, [{ type: 'send-message', text: command.text }]);
    case 'user-audio-clear':
      return clearAudio(state);
    case 'user-audio-commit':
      return commitAudio(state);
    case 'user-text':
      return addText(state, command, atMs);
    case 'history':
      return recall(state, command.items);
    case 'image': {
      const shown = advance({ ...state, greetedUnasked: false }, [
        { type: 'voice', input: { type: 'image', dataUrl: command.dataUrl } },
      ]);
      return command.reply ? andThen(shown, (next) => answer(next, undefined, atMs)) : shown;
    }
    case 'configure':
      return configure(state, command);
    case 'respond':
      return respond(state, command, atMs);
    case 'say':
      return say(state, command);
    case 'answer-by':
      return answerBy(state, command.by);
    case 'interrupt':
      return (command.force ? interruptAll : interrupt)({ ...state, ...NOTHING_WANTED, greetedUnasked: false });
    case 'express': {
      const { type: _, ...wish } = command;
      return advance(state, [{ type: 'cue-face', cue: { type: 'wish', ...wish } }]);
    }
    case 'tool-result':
      return addToolResult(state, command, atMs);
    case 'close':
      return advance({ ...state, phase: 'closed' }, [{ type: 'end', reason: command.reason }]);
  }
}

function begin(state: SessionState): Step {
  if (state.phase === 'talking') return advance(state, []);
  const talking: SessionState = { ...state, phase: 'talking' };
  if (state.greeted) return advance(talking, []);
  return advance(talking, [{ type: 'set-timer', name: 'greeting', delayMs: GREETING_WAIT_MS }]);
}

/** Earlier turns. A talk in which the avatar has already spoken goes on without another greeting. */
function recall(state: SessionState, items: readonly HistoryItem[]): Step {
  const hasSpoken = items.some((item) => item.role === 'assistant');
  const known = advance(state, [{ type: 'voice', input: { type: 'history', items } }]);
  return hasSpoken && !state.greeted ? andThen(known, skipGreeting) : known;
}

/**
 * What was heard but not yet used is thrown away. In transparency that sound is the reply, which ends; otherwise a turn of
 * the user that was open ends without words.
 */
function clearAudio(state: SessionState): Step {
  const cleared = advance(state, [{ type: 'reset-detector' }]);
  if (state.transparent) return andThen(cleared, interrupt);
  const itemId = state.userItemId;
  if (state.detectsTurns) return andThen(cleared, (next) => dropUncommitted(next));
  if (itemId === null) return cleared;
  const dropped = andThen(cleared, (next) =>
    advance({ ...next, userItemId: null }, [
      { type: 'voice', input: { type: 'user-turn-dropped', itemId } },
      { type: 'emit', event: { type: 'user-speech-stopped', itemId, audioEndMs: state.userSpeechStartMs } },
      { type: 'emit', event: { type: 'user-transcript-done', itemId, text: '' } },
    ]),
  );
  return andThen(dropped, (next) => decide(next, itemId, true));
}

/** Where the client alone ends turns, the voice keeps what it has heard until then. */
function dropUncommitted(state: SessionState): Step {
  if (state.turnDetection.endsBy !== 'client') return advance(state, []);
  return advance(state, [{ type: 'voice', input: { type: 'user-turn-dropped', itemId: '' } }]);
}

function commitAudio(state: SessionState): Step {
  if (!state.detectsTurns) return advance(state, [{ type: 'commit-detector' }]);
  const { id: itemId, state: numbered } = nextIdOf(state, 'item');
  return advance(numbered, [{ type: 'voice', input: { type: 'user-turn-stopped', itemId } }]);
}

function addText(state: SessionState, command: { text: string; reply: boolean }, atMs: number): Step {
  const { id: itemId, state: numbered } = nextIdOf(state, 'text');
  const added = andThen(skipGreeting(numbered), (next) =>
    next.answeredBy === 'operator'
      ? advance(next, [{ type: 'voice', input: { type: 'history', items: [{ role: 'user', text: command.text }] } }])
      : advance({ ...next, unansweredText: true }, [
          { type: 'voice', input: { type: 'text', itemId, text: command.text } },
        ]),
  );
  return command.reply ? andThen(added, (next) => answer(next, undefined, atMs)) : added;
}

/** Answers now: a reply that is under way is interrupted first. */
function answer(state: SessionState, instructions: string | undefined, atMs: number): Step {
  const timed: SessionState = { ...state, exchange: newExchange(atMs) };
  if (!isReplying(state)) return respondNow(timed, instructions);
  const queued: SessionState = { ...timed, respondQueued: instructions === undefined ? {} : { instructions } };
  return interrupt(queued);
}

/**
 * The client asks for a reply. The first such request is answered with the first message, or has been, where the avatar has
 * greeted unasked; one that comes while the avatar already replies counts only if there is something new to answer, or the client means it always.
 */
function respond(
  state: SessionState,
  { instructions, always = false }: { readonly instructions?: string; readonly always?: boolean },
  atMs: number,
): Step {
  const hasNews = state.unansweredText || state.unansweredResult || instructions !== undefined;
  if (!state.greeted && !hasNews && state.firstMessage.trim() !== '') return greet(state);
  const isAnswered = state.greetedUnasked && !hasNews && !state.unansweredPrompt;
  return andThen(skipGreeting(state), (next) => {
    if (isAnswered) return advance(next, []);
    if (next.unansweredText || instructions !== undefined) return answer(next, instructions, atMs);
    // What tools found is told after what is being generated now, without cutting it off.
    const exchange = isReplying(next) ? next.exchange : newExchange(atMs);
    if (next.unansweredResult) return respondIfQueued({ ...next, exchange, resultsWanted: true });
    if (!isReplying(next)) return respondNow({ ...next, exchange }, undefined);
    // Some clients dictate by instructions of their own and this request: what they want said follows what is being said.
    const isWanted = always || next.unansweredPrompt;
    return isWanted ? respondIfQueued({ ...next, respondQueued: {} }) : advance(next, []);
  });
}

/** Counts for a call that waits, or whose time was up; once. Another one would make the service of the voice refuse it. */
function addToolResult(
  state: SessionState,
  command: { callId: string; output: string; reply: boolean },
  atMs: number,
): Step {
  const { callId, output } = command;
  const settled = state.settledCalls.find((call) => call.callId === callId);
  if (!state.openCalls.some((call) => call.callId === callId) && settled?.timedOut !== true) {
    if (settled !== undefined) return advance(state, []);
    const message = `No call of a tool with the id ${callId.slice(0, 100)} waits for a result; this one is left out.`;
    return advance(state, [{ type: 'emit', event: { type: 'failed', code: 'voice-failed', message, fatal: false } }]);
  }
  const received = advance({ ...settleCall(state, callId, false), unansweredResult: true }, [
    { type: 'clear-timer', name: `tool:${callId}` },
    { type: 'voice', input: { type: 'tool-result', callId, output } },
  ]);
  return command.reply ? andThen(received, (next) => respond(next, {}, atMs)) : received;
}

/**
 * How the talk begins: by the first message of this call's client; else by instructions of its own, as far as they quote a
 * greeting word for word, or as the voice understands them; else by the first message of the avatar's record. Instructions
 * that are the record's own, sent back by a client that had looked them up, change nothing.
 */
function withBeginning(state: SessionState, { prompt = '', firstMessage = '' }: SessionConfigPatch): SessionState {
  const isOwn = prompt.trim() !== '' && !state.prompt.startsWith(prompt.trim());
  const next: SessionState = isOwn ? { ...state, prompt } : state;
  if (firstMessage.trim() !== '') return { ...next, firstMessage, beginsBy: 'first-message' };
  if (!isOwn || state.beginsBy === 'first-message' || state.greeted) return next;
  return { ...next, firstMessage: quotedGreeting(prompt) ?? '', beginsBy: 'instructions' };
}

function configure(state: SessionState, command: Extract<ControlCommand, { type: 'configure' }>): Step {
  const { rules, told, refusal } = changeTurnRules(state, command.patch);
  const { answersTurns: _, interruptsReplies: __, ...given } = command.patch;
  const patched = withAskedLanguage(given);
  const { language = '', turnDetection, prompt = '' } = patched;
  const unansweredPrompt = state.unansweredPrompt || (state.greeted && prompt.trim() !== '');
  const heard = {
    ...state,
    ...rules,
    unansweredPrompt,
    serverWaitsMs: patched.tools === undefined ? state.serverWaitsMs : serverWaitsOf(patched.tools),
    turnDetection: { ...state.turnDetection, ...turnDetection },
  };
  const spoken = language === '' ? heard : { ...heard, language };
  const begun = withBeginning(spoken, patched);
  // The voice knows the first message too, and must not know another one.
  const patch = begun.firstMessage === state.firstMessage ? patched : { ...patched, firstMessage: begun.firstMessage };
  const configured = advance(begun, [
    ...refusal,
    { type: 'voice', input: { type: 'configure', config: { ...patch, ...told } } },
  ]);
  const effects: SessionEffect[] = [];
  if (patch.language) effects.push({ type: 'cue-face', cue: { type: 'language', language: patch.language } });
  if (patch.turnDetection !== undefined) effects.push({ type: 'configure-detector', settings: patch.turnDetection });
  return andThen(configured, (next) => advance(next, effects));
}

/** Instructions that ask for a language change it, where nothing else does. */
function withAskedLanguage<Patch extends SessionConfigPatch>(patch: Patch): Patch {
  if (patch.language || patch.prompt === undefined) return patch;
  const language = askedLanguage(patch.prompt);
  return language === null ? patch : { ...patch, language };
}
