import { wireSamplesToMs } from '../../../core/audio-format.ts';
import type { VoiceEvent } from '../../../core/voice-port.ts';
import { failedEvent } from '../../shared/voice-failures.ts';
import { classifyError } from './failures.ts';
import {
  andThen,
  dropGreeting,
  endLive,
  type Live,
  newLive,
  remember,
  type Step,
  step,
  type TalkState,
  tellOf,
} from './talk-state.ts';
import { timedWords } from './timed-words.ts';
import type { AgentMessage, Alignment } from './wire-messages.ts';

/** Sound of the agent at the port's rate. */
export type AgentSound = { readonly pcm: Int16Array; readonly eventId: number; readonly alignment: Alignment | null };

type Read = Exclude<AgentMessage, { type: 'audio' | 'ping' | 'conversation_initiation_metadata' }>;

/** So sure is the agent's detector before the user counts as speaking. */
const SPEECH_SCORE = 0.6;

/** What a message of the agent means for the talk. */
export function fromAgent(state: TalkState, message: Read, nowMs: number): Step {
  switch (message.type) {
    case 'agent_response':
      return takeWords(state, message.agent_response_event.agent_response);
    case 'agent_response_correction':
      return correct(state, message.agent_response_correction_event);
    case 'vad_score':
      return message.vad_score_event.vad_score < SPEECH_SCORE ? step(state) : noteSpeech(state);
    case 'tentative_user_transcript':
      return message.tentative_user_transcription_event.user_transcript.trim() === '' ? step(state) : noteSpeech(state);
    case 'user_transcript':
      return takeTranscript(state, message.user_transcription_event.user_transcript.trim());
    case 'interruption':
      return interrupt(state, message.interruption_event.event_id, nowMs);
    case 'client_tool_call':
      return callTool(state, message.client_tool_call);
    case 'error':
      // What is wrong with one answer; what ends the conversation closes its connection, too.
      return step(state, [], [{ ...failedEvent(classifyError(message.error_event)), retryable: true }]);
  }
}

/** A piece of what the agent says. */
export function takeSound(state: TalkState, { pcm, eventId, alignment }: AgentSound, nowMs: number): Step {
  if (eventId <= state.interruptedThrough || pcm.length === 0) return step(state);
  return andThen(live(state), (begun) => {
    const reply = begun.live;
    if (reply === null) return step(begun);
    const isTimed = reply.isTimed || (alignment?.chars.length ?? 0) > 0;
    const untimed = isTimed ? step(begun) : tellWhole(begun, reply);
    return andThen(untimed, (next) => {
      const { words, open } =
        alignment === null ? { words: [], open: reply.openWord } : timedWords(reply.openWord, alignment, reply.audioMs);
      const { turnId } = reply;
      const events = words.map((word): VoiceEvent => ({ type: 'text-delta', turnId, ...word }));
      const durationMs = wireSamplesToMs(pcm.length);
      const changed = changeLive(next, (now) => ({
        ...now,
        isTimed,
        openWord: open,
        told: now.told + words.map(({ text }) => text).join(''),
        audioMs: now.audioMs + durationMs,
        progress: now.progress + 1,
      }));
      const isHeard = !reply.isMuted && next.greeting?.turnId !== turnId;
      const playsUntilMs = isHeard ? Math.max(nowMs, state.playsUntilMs) + durationMs : state.playsUntilMs;
      return tellOf({ ...changed, playsUntilMs }, reply, ...events, { type: 'audio', turnId, pcm });
    });
  });
}

function changeLive(state: TalkState, change: (live: Live) => Live): TalkState {
  return state.live === null ? state : { ...state, live: change(state.live) };
}

/** The reply that is going on, or one that begins: it was asked for, or the agent speaks by itself. */
function live(state: TalkState): Step {
  if (state.live !== null) return step(state);
  const [first, ...others] = state.asked;
  if (first?.isSent) {
    return step({
      ...state,
      asked: others,
      awaitedAnswer: null,
      isGreetingAgain: false,
      live: newLive(first.turnId, first.isCancelled),
    });
  }
  const turnId = `reply_${state.connection}_${state.nextId}`;
  const { isGreetingAgain: isMuted } = state;
  const begun: TalkState = {
    ...state,
    nextId: state.nextId + 1,
    awaitedAnswer: null,
    isGreetingAgain: false,
    live: newLive(turnId, isMuted),
  };
  if (isMuted) return step(begun);
  if (isGreeting(state)) return step({ ...begun, greeting: { turnId, events: [] } });
  const afterTool = state.afterTool === 'waits' ? 'went-on' : state.afterTool;
  return step({ ...begun, afterTool }, [], [{ type: 'turn-started', turnId }]);
}

/** Nobody has said or asked anything: the agent begins the talk itself. */
function isGreeting({ nextId, memory, asked, typed, hearing, awaitedAnswer }: TalkState): boolean {
  return (
    nextId === 1 && memory.length + asked.length + typed.length === 0 && hearing === null && awaitedAnswer === null
  );
}

/** All words of a reply; they come before its sound or with it. Another reply's end the one before. */
function takeWords(state: TalkState, whole: string): Step {
  const isNext = state.live !== null && (state.live.whole !== null || (state.live.isMuted && isAwaited(state)));
  return andThen(isNext ? endLive(state) : step(state), (next) =>
    andThen(live(next), (begun) => {
      const known = changeLive(begun, (now) => ({ ...now, whole: whole.trim(), progress: now.progress + 1 }));
      const reply = known.live;
      // Without sound it is not known yet whether its words have times.
      return reply === null || reply.isTimed || reply.audioMs === 0 ? step(known) : tellWhole(known, reply);
    }),
  );
}

function isAwaited({ asked }: TalkState): boolean {
  return asked[0]?.isSent === true;
}

function tellWhole(state: TalkState, reply: Live): Step {
  if (reply.whole === null || reply.told !== '') return step(state);
  const told = changeLive(state, (now) => ({ ...now, told: reply.whole ?? '' }));
  return tellOf(told, reply, { type: 'text-delta', turnId: reply.turnId, text: reply.whole });
}

/** The agent has been interrupted, and remembers what was heard. */
function correct(
  state: TalkState,
  {
    original_agent_response: original,
    corrected_agent_response: corrected,
  }: { original_agent_response: string; corrected_agent_response: string },
): Step {
  const index = state.memory.findLastIndex(({ role, text }) => role === 'assistant' && text === original.trim());
  const said = state.memory[index];
  if (said === undefined) return step(state);
  const text = corrected.trim();
  return step({ ...state, memory: state.memory.toSpliced(index, 1, ...(text === '' ? [] : [{ ...said, text }])) });
}

/** A sign that the user speaks. */
function noteSpeech(state: TalkState): Step {
  const { hearing } = state;
  if (hearing !== null) return step({ ...state, hearing: { ...hearing, signs: hearing.signs + 1 } });
  return andThen(loseWords(state), (next) => {
    const itemId = `item_${next.connection}_${next.nextId}`;
    const heard: TalkState = { ...dropGreeting(next), nextId: next.nextId + 1, hearing: { itemId, signs: 1 } };
    const audioStartMs = Math.round(next.heardMs);
    return step(heard, [], [{ type: 'user-speech-started', itemId, audioStartMs }]);
  });
}

/** The user is silent; his words are to come. */
export function endSpeech(state: TalkState): Step {
  const { hearing } = state;
  if (hearing === null) return step(state);
  const { itemId } = hearing;
  const audioEndMs = Math.round(state.heardMs);
  return step(
    { ...state, hearing: null, awaitedWords: itemId },
    [],
    [{ type: 'user-speech-stopped', itemId, audioEndMs }],
  );
}

/** No words come: there were none. */
export function loseWords(state: TalkState): Step {
  const { awaitedWords: itemId } = state;
  if (itemId === null) return step(state);
  return step({ ...state, awaitedWords: null }, [], [{ type: 'user-transcript-done', itemId, text: '' }]);
}

function takeTranscript(state: TalkState, text: string): Step {
  const begun = state.hearing === null && state.awaitedWords === null ? noteSpeech(state) : step(state);
  return andThen(andThen(begun, endSpeech), (next) => {
    const itemId = next.awaitedWords ?? '';
    const known = remember({ ...next, awaitedWords: null }, 'user', text, null);
    const awaitedAnswer = text === '' ? known.awaitedAnswer : itemId;
    return step(
      { ...known, awaitedAnswer, isGreetingAgain: false },
      [],
      [{ type: 'user-transcript-done', itemId, text }],
    );
  });
}

/** The agent falls silent, since the user speaks or has written something. */
function interrupt(state: TalkState, eventId: number, nowMs: number): Step {
  const said = state.memory.findLast(({ turnId }) => turnId !== null)?.turnId ?? null;
  const silent: TalkState = {
    ...state,
    interruptedTurnId: state.live?.turnId ?? said,
    playsUntilMs: 0,
    interruptedThrough: Math.max(state.interruptedThrough, eventId),
  };
  const isSounding = state.live === null ? state.playsUntilMs > nowMs : !state.live.isMuted;
  const isByVoice = isSounding && !isAwaited(state);
  const heard = isByVoice ? noteSpeech(silent) : step(silent);
  return andThen(heard, (next) => {
    const ended = next.live === null || next.live.isMuted || !isByVoice ? null : next.live.turnId;
    return andThen(ended === null ? step(next) : step(next, [], [{ type: 'interrupted', turnId: ended }]), endLive);
  });
}

function callTool(
  state: TalkState,
  call: { tool_name: string; tool_call_id: string; parameters: Readonly<Record<string, unknown>> },
): Step {
  return andThen(live(state), (begun) => {
    const reply = begun.live;
    if (reply === null) return step(begun);
    const event: VoiceEvent = {
      type: 'tool-call-done',
      turnId: reply.turnId,
      callId: call.tool_call_id,
      name: call.tool_name,
      argumentsJson: JSON.stringify(call.parameters),
    };
    // The agent waits for the result, and what it says then is another reply.
    return andThen(tellOf(begun, reply, event), endLive);
  });
}
