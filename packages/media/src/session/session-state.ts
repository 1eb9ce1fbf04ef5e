import type { PhoneTiming } from '../core/articulation.ts';
import type { ExpressionCue } from '../core/expression-cue.ts';
import type { PlacedTag, TagReading } from '../core/face-tags.ts';
import {
  DEFAULT_TURN_DETECTION,
  type ToolDefinition,
  type TurnDetectionSettings,
  type VoiceCapabilities,
  type VoiceEvent,
  type VoiceInput,
} from '../core/voice-port.ts';
import type { SpokenSpan } from './heard-text.ts';
import type { Answerer, IceCandidate, SessionCommand, SessionDescription, SessionEvent } from './session-events.ts';

/** A reply on its way: from the moment it is asked for until its last sample was played or it was interrupted. */
export type ReplyTurn = {
  readonly id: string;
  readonly spans: readonly SpokenSpan[];
  /** Sound received so far. */
  readonly audioMs: number;
  /** The voice may still send more. */
  readonly generating: boolean;
  /** Its text so far, as far as it has been read. */
  readonly tagReading?: TagReading;
  /** Letters and digits of its words so far. */
  readonly letters?: number;
  /** What the face is to show in words that have not come yet. */
  readonly tags?: readonly PlacedTag[];
  /** Left out: nobody asked for just these words. */
  readonly utterance?: { readonly id: string; readonly isInterruptible: boolean };
};

/** What happened since the user's last turn ended, in the clock's milliseconds. */
type Exchange = {
  readonly startedAtMs: number;
  readonly transcriptMs: number | null;
  readonly firstTextMs: number | null;
  readonly firstAudioMs: number | null;
};

/** The user began to speak over a reply. Whether that ends it, his words say. */
export type Interruption = {
  /** The reply that was sounding, and how much of it. */
  readonly turnId: string | null;
  readonly playedMs: number;
  /** That reply has been played to its end since, and had just asked something when it was spoken over. */
  readonly hasAsked: boolean;
  /** Items of the user whose words are waited for. */
  readonly itemIds: readonly string[];
  /** Replies that the voice has begun since: answers, if there is something to answer. */
  readonly answerIds: readonly string[];
  /** The replies wait in silence; otherwise they have gone on, and late words may still end them. */
  readonly isHeld: boolean;
};

export type SessionState = {
  /** `opening`: the voice is not there yet. `ready`: it is. `talking`: greeting rules have begun to count. */
  readonly phase: 'opening' | 'ready' | 'talking' | 'closed';
  readonly transparent: boolean;
  readonly detectsTurns: boolean;
  /** The voice alone decides about turns. */
  readonly ownTurns: boolean;
  /** What the user says becomes text. */
  readonly hears: boolean;
  /** The voice can answer. */
  readonly answers: boolean;
  readonly answeredBy: Answerer;
  /** BCP 47 tag of the language to speak. */
  readonly language: string;
  readonly turnDetection: TurnDetectionSettings;
  /** The sound of replies is also handed to the gateway. */
  readonly audioBack: boolean;
  /** Sound and picture wait for a WebRTC connection. */
  readonly hasConnection: boolean;
  /** The end of what a reply's voice gives is told. */
  readonly tellsGenerated: boolean;
  readonly waitsForTools: boolean;
  /** What the user says is answered unasked. */
  readonly answersTurns: boolean;
  /** What is being said ends when the user speaks. */
  readonly interruptsReplies: boolean;
  /** Instructions in force. */
  readonly prompt: string;
  readonly firstMessage: string;
  /** What says how the talk begins: the avatar's record, instructions of this call, or a first message of this call. */
  readonly beginsBy: 'record' | 'instructions' | 'first-message';
  readonly greeted: boolean;
  /** It was greeted unasked, and nobody has done anything since: a client that is slow to ask for the greeting may still do so. */
  readonly greetedUnasked: boolean;
  readonly turns: readonly ReplyTurn[];
  /** Said as soon as what it takes the place of has fallen silent. */
  readonly replacement: Extract<SessionCommand, { type: 'say' }> | null;
  /** The first of them has begun to sound. */
  readonly isSounding: boolean;
  readonly interruption: Interruption | null;
  /** Items of the user that he said over replies which were over before his words were known. */
  readonly lateItemIds: readonly string[];
  /** The user's item that is being spoken now. */
  readonly userItemId: string | null;
  /** Where that item's sound began. */
  readonly userSpeechStartMs: number;
  /** How long the user's voice sounded in his latest items that have ended. */
  readonly spokenLengths: readonly { readonly itemId: string; readonly voiceMs: number }[];
  /** What the avatar said last, once it is silent again. */
  readonly lastSaid: { readonly text: string; readonly endedAtMs: number } | null;
  /** What the avatar was saying when the user's latest items began. */
  readonly spokenOver: readonly { readonly itemId: string; readonly text: string }[];
  /** Words of the user that no reply has answered. */
  readonly unansweredText: boolean;
  /** A tool's result that no reply has used. */
  readonly unansweredResult: boolean;
  /** Instructions came that no reply has followed yet, though the talk had begun. */
  readonly unansweredPrompt: boolean;
  /** A reply is wanted as soon as the present one no longer stands in its way. */
  readonly respondQueued: { readonly instructions?: string } | null;
  /** A reply to the results of tools is wanted as soon as none of them is missing any more. */
  readonly resultsWanted: boolean;
  /** Calls of tools with unreadable arguments in a row, which the model was asked to mend. */
  readonly unreadableCalls: number;
  /** When the voice last gave something of the replies under way, or was asked for the first of them. */
  readonly voiceSignMs: number;
  /** How long results of the tools are waited for that the server answers, by their names. */
  readonly serverWaitsMs: ReadonlyMap<string, number>;
  readonly openCalls: readonly { readonly callId: string; readonly turnId: string }[];
  /** The last calls of tools that wait no more; a result may still come for those whose time was up. */
  readonly settledCalls: readonly { readonly callId: string; readonly timedOut: boolean }[];
  readonly exchange: Exchange | null;
  readonly nextId: number;
  /** Stands in every id of this talk: clients keep the words of many talks under their ids. */
  readonly idStem: string;
};

export type TimerName = 'greeting' | 'held' | 'media-wait' | 'reply-wait' | `tool:${string}` | `words:${string}`;

export type SessionInput =
  | ({ readonly type: 'voice-opened' } & Pick<
      VoiceCapabilities,
      'hears' | 'sees' | 'detectsTurns' | 'ownTurns' | 'answers' | 'echoesUser'
    >)
  | { readonly type: 'command'; readonly command: ControlCommand; readonly atMs: number }
  | { readonly type: 'voice'; readonly event: VoiceControlEvent; readonly atMs: number }
  /** Sound of a reply arrived. */
  | ({ readonly type: 'voice-audio'; readonly durationMs: number; readonly atMs: number } & ReplySound)
  /** Sound of the user for the voice. */
  | { readonly type: 'user-sound'; readonly pcm: Int16Array; readonly silenceMs?: number }
  /** What the user's camera shows; it is kept in mind, and answered with what he says next. */
  | { readonly type: 'seen'; readonly dataUrl: string }
  /** The detector has died, or hears again. */
  | { readonly type: 'hearing'; readonly isWorking: boolean }
  /** What only the client needs to know. */
  | { readonly type: 'notice'; readonly event: StageNotice }
  | { readonly type: 'speech-started'; readonly audioStartMs: number; readonly atMs: number }
  | { readonly type: 'speech-stopped'; readonly audioEndMs: number; readonly atMs: number }
  | { readonly type: 'playback-started'; readonly turnId: string; readonly atMs: number }
  | {
      readonly type: 'playback-finished';
      readonly turnId: string;
      readonly playedMs: number;
      readonly atMs: number;
    }
  | {
      readonly type: 'flushed';
      readonly turnId: string | null;
      readonly playedMs: number;
      readonly keptTurnIds: readonly string[];
      readonly atMs: number;
    }
  | { readonly type: 'held'; readonly turnId: string | null; readonly playedMs: number }
  | { readonly type: 'media'; readonly state: 'connected' | 'disconnected' | 'failed' }
  | { readonly type: 'timer'; readonly name: TimerName; readonly atMs: number };

export type ControlCommand = Exclude<SessionCommand, { type: 'looked-up' }>;

type ReplySound = {
  readonly turnId: string;
  readonly pcm: Int16Array;
  readonly phones?: readonly PhoneTiming[];
};

/** What the stages tell that is an event of the session as it is. */
type StageNotice = Extract<
  SessionEvent,
  { type: 'local-description' | 'local-candidate' | 'channel' | 'channel-message' | 'failed' }
>;

export type VoiceControlEvent = Exclude<VoiceEvent, { type: 'audio' }>;

export type SessionEffect =
  | { readonly type: 'emit'; readonly event: SessionEvent }
  | { readonly type: 'voice'; readonly input: VoiceInput }
  | ({ readonly type: 'play-audio' } & ReplySound)
  | { readonly type: 'hear-user'; readonly bytes: Uint8Array }
  | { readonly type: 'take-description'; readonly description: SessionDescription }
  | { readonly type: 'send-message'; readonly text: string }
  | { readonly type: 'take-candidate'; readonly candidate: IceCandidate }
  /** No more sound comes for this turn. */
  | { readonly type: 'finish-audio'; readonly turnId: string }
  /** Silence the avatar and drop its replies, those kept apart; the outcome comes back as `flushed`. */
  | { readonly type: 'flush-audio'; readonly keptTurnIds: readonly string[] }
  /** Silence the avatar for now; the outcome comes back as `held`. */
  | { readonly type: 'hold-audio' }
  | { readonly type: 'resume-audio' }
  | { readonly type: 'cue-face'; readonly cue: ExpressionCue }
  | { readonly type: 'start-clock' }
  | { readonly type: 'set-timer'; readonly name: TimerName; readonly delayMs: number }
  | { readonly type: 'clear-timer'; readonly name: TimerName }
  | { readonly type: 'reset-detector' }
  | { readonly type: 'commit-detector' }
  | { readonly type: 'set-avatar-speaking'; readonly speaking: boolean }
  | { readonly type: 'configure-detector'; readonly settings: Partial<TurnDetectionSettings> }
  | { readonly type: 'end'; readonly reason: string };

export type Step = { readonly state: SessionState; readonly effects: readonly SessionEffect[] };

/** How long a client may take to ask for the greeting itself before it is spoken unprompted. */
export const GREETING_WAIT_MS = 1000;
/** How long the sound waits for WebRTC before it plays to nobody (clients that only read events). */
export const MEDIA_WAIT_MS = 5000;
/** Who speaks this long over the avatar interrupts it, whatever he says. */
export const SURE_INTERRUPTION_MS = 3000;
/**
 * A held reply goes on this long after the user has fallen silent; after a turn whose closing silence alone lasts that
 * long, a little later; over a service, only where he was heard for no longer than a hum. His silence is noticed some
 * 100 ms late, so that this and the way to his ear make a second.
 */
export const HELD_AFTER_VOICE_MS = 850;
export const LEAST_HELD_WAIT_MS = 250;
/**
 * A service that detects turns writes words down some time after the turn. Who spoke for longer than a hum over its reply
 * means it, as a rule, so that his words are waited for this long, lest the reply goes on for a moment before it ends.
 */
export const SERVICE_WORDS_WAIT_MS = 1000;
/** How long the user's words are waited for after his turn, besides twice its length. */
export const WORDS_WAIT_MS = 30_000;
/** How often in a row a model is asked to mend arguments that cannot be read. */
export const MAX_UNREADABLE_CALLS = 3;
/** Settled calls of tools that are remembered, so that a second result or a second call by the same id is told from news. */
export const MAX_SETTLED_CALLS = 64;
/** How long the client's result of a tool is waited for before the talk goes on without it. */
export const TOOL_RESULT_WAIT_MS = 4000;

export function initialSessionState(options: {
  prompt: string;
  firstMessage: string;
  language?: string;
  audioBack?: boolean;
  hasConnection?: boolean;
  tellsGenerated?: boolean;
  waitsForTools?: boolean;
  /** Of this talk alone; ids are unique within it when left out. */
  idStem?: string;
  turnDetection?: TurnDetectionSettings;
  tools?: readonly ToolDefinition[];
}): SessionState {
  return {
    phase: 'opening',
    transparent: false,
    detectsTurns: false,
    ownTurns: false,
    hears: false,
    answers: true,
    answeredBy: 'voice',
    language: options.language ?? '',
    turnDetection: options.turnDetection ?? DEFAULT_TURN_DETECTION,
    audioBack: options.audioBack ?? false,
    hasConnection: options.hasConnection ?? true,
    tellsGenerated: options.tellsGenerated ?? false,
    waitsForTools: options.waitsForTools ?? false,
    answersTurns: true,
    interruptsReplies: true,
    prompt: options.prompt,
    firstMessage: options.firstMessage,
    beginsBy: 'record',
    greeted: false,
    greetedUnasked: false,
    turns: [],
    replacement: null,
    isSounding: false,
    interruption: null,
    lateItemIds: [],
    userItemId: null,
    userSpeechStartMs: 0,
    spokenLengths: [],
    lastSaid: null,
    spokenOver: [],
    unansweredText: false,
    unansweredResult: false,
    unansweredPrompt: false,
    respondQueued: null,
    resultsWanted: false,
    unreadableCalls: 0,
    voiceSignMs: 0,
    serverWaitsMs: serverWaitsOf(options.tools ?? []),
    openCalls: [],
    settledCalls: [],
    exchange: null,
    nextId: 1,
    idStem: options.idStem ?? '',
  };
}

export function serverWaitsOf(tools: readonly ToolDefinition[]): ReadonlyMap<string, number> {
  return new Map(tools.flatMap(({ name, serverWaitMs }) => (serverWaitMs === undefined ? [] : [[name, serverWaitMs]])));
}
