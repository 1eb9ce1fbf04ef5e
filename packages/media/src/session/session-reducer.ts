import { answerBy } from './answering.ts';
import { endHold, noteHeld } from './interruption.ts';
import { reduceCommand } from './reduce-command.ts';
import { reduceVoice } from './reduce-voice.ts';
import { checkReplies, watchReplies } from './reply-watch.ts';
import { sayReplacement } from './say.ts';
import {
  MEDIA_WAIT_MS,
  type SessionEffect,
  type SessionInput,
  type SessionState,
  type Step,
  type TimerName,
} from './session-state.ts';
import { advance, andThen, finishTurn, greetUnasked, releaseTool, settleFlush } from './turn-steps.ts';
import { loseWords, startUserTurn, stopUserTurn } from './user-turn.ts';
import { tellUtterance } from './utterances.ts';

const HEARING_FAILED = {
  type: 'failed',
  code: 'hearing-failed',
  message:
    'I cannot hear you at the moment: the part that tells speech has failed. It is being restarted; you can type meanwhile.',
  fatal: false,
} as const;

/**
 * The whole behaviour of a call as a pure function: what happened and where the talk stands give where it stands now and
 * what is to be done. No clocks, sockets or native code: those live in the shell that performs the effects.
 */
export function reduceSession(state: SessionState, input: SessionInput): Step {
  if (state.phase === 'closed') return { state, effects: [] };
  return watchReplies(state, reduceInput(state, input), input);
}

function reduceInput(state: SessionState, input: SessionInput): Step {
  switch (input.type) {
    case 'voice-opened':
      return openTalk(state, input);
    case 'command':
      return reduceCommand(state, input.command, input.atMs);
    case 'voice':
      return reduceVoice(state, input.event, input.atMs);
    case 'voice-audio':
      return takeAudio(state, input);
    case 'user-sound':
      return advance(state, [{ type: 'voice', input: { ...input, type: 'audio' } }]);
    case 'seen':
      return advance(state, [{ type: 'voice', input: { type: 'image', dataUrl: input.dataUrl } }]);
    case 'hearing':
      return input.isWorking ? advance(state, []) : advance(state, [{ type: 'emit', event: HEARING_FAILED }]);
    case 'notice':
      return advance(state, [{ type: 'emit', event: input.event }]);
    case 'speech-started':
      return startUserTurn(state, input.audioStartMs, input.atMs);
    case 'speech-stopped':
      return stopUserTurn(state, input.audioEndMs, input.atMs);
    case 'playback-started':
      return notePlaybackStarted(state, input.turnId, input.atMs);
    case 'playback-finished':
      return finishTurn(state, input);
    case 'flushed':
      return andThen(settleFlush(state, input), sayReplacement);
    case 'held':
      return noteHeld(state, input);
    case 'media':
      return reduceMedia(state, input.state);
    case 'timer':
      return reduceTimer(state, input.name, input.atMs);
  }
}

function openTalk(
  state: SessionState,
  {
    hears,
    sees,
    detectsTurns,
    ownTurns = false,
    answers,
    echoesUser: transparent,
  }: Extract<SessionInput, { type: 'voice-opened' }>,
): Step {
  const greeted = state.greeted || transparent;
  const open = advance({ ...state, phase: 'ready', detectsTurns, ownTurns, hears, answers, transparent, greeted }, [
    { type: 'emit', event: { type: 'ready', hears, sees } },
    state.hasConnection ? { type: 'set-timer', name: 'media-wait', delayMs: MEDIA_WAIT_MS } : { type: 'start-clock' },
  ]);
  return answers ? open : andThen(open, (next) => answerBy(next, 'operator'));
}

function reduceMedia(state: SessionState, mediaState: 'connected' | 'disconnected' | 'failed'): Step {
  const emit = { type: 'emit', event: { type: 'media-state', state: mediaState } } as const;
  if (mediaState !== 'connected') return { state, effects: [emit] };
  return { state, effects: [emit, { type: 'clear-timer', name: 'media-wait' }, { type: 'start-clock' }] };
}

function reduceTimer(state: SessionState, name: TimerName, atMs: number): Step {
  if (name === 'reply-wait') return checkReplies(state, atMs);
  if (name.startsWith('words:')) return loseWords(state, name.slice('words:'.length));
  if (name === 'held') return endHold(state);
  if (name === 'media-wait') return { state, effects: [{ type: 'start-clock' }] };
  if (name === 'greeting') return greetUnasked(state);
  return releaseTool(state, name.slice('tool:'.length), atMs);
}

/** Sound of a reply that has ended or was interrupted is dropped. */
function takeAudio(state: SessionState, input: Extract<SessionInput, { type: 'voice-audio' }>): Step {
  const { type: _, durationMs: __, atMs: ___, ...sound } = input;
  if (!state.turns.some((turn) => turn.id === input.turnId)) return { state, effects: [] };
  const effects: SessionEffect[] = [{ type: 'play-audio', ...sound }];
  if (state.audioBack) {
    const { turnId, pcm } = sound;
    const bytes = new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength).slice();
    effects.push({ type: 'emit', event: { type: 'reply-audio', turnId, bytes } });
  }
  const turns = state.turns.map((turn) =>
    turn.id === input.turnId ? { ...turn, audioMs: turn.audioMs + input.durationMs } : turn,
  );
  const exchange = state.exchange && { ...state.exchange, firstAudioMs: state.exchange.firstAudioMs ?? input.atMs };
  return { state: { ...state, turns, exchange }, effects };
}

function notePlaybackStarted(state: SessionState, turnId: string, atMs: number): Step {
  const speaking = { type: 'set-avatar-speaking', speaking: true } as const;
  const { exchange } = state;
  const turn = state.turns.find(({ id }) => id === turnId);
  if (turn === undefined) return advance(state, [speaking]);
  const begins: SessionEffect[] = [
    { type: 'emit', event: { type: 'reply-sound', turnId, playedMs: 0, isPlaying: true } },
    ...tellUtterance(turn, 'started'),
  ];
  if (exchange === null) return advance({ ...state, isSounding: true }, [speaking, ...begins]);
  const since = (timeMs: number | null) => (timeMs === null ? null : Math.round(timeMs - exchange.startedAtMs));
  const latency = {
    transcriptMs: since(exchange.transcriptMs),
    firstTextMs: since(exchange.firstTextMs),
    firstAudioMs: since(exchange.firstAudioMs),
    firstSoundMs: since(atMs),
  };
  return advance({ ...state, isSounding: true, exchange: null }, [
    speaking,
    ...begins,
    { type: 'emit', event: { type: 'turn-latency', turnId, latency } },
  ]);
}
