import type { SessionCommand, SessionConfig, SessionEvent } from '@visavis/media/session-events';
import type { AnswerSource, AvatarTool } from '@visavis/protocol';
import type { FaceBox } from '@visavis/protocol/rest';
import type { StoredBundle } from './files/stored-bundle.ts';

/**
 * What the gateway needs from the rest of the server. `main.ts` gives it the control plane's and the media plane's
 * implementations; neither side knows the other.
 */

export type Licence = {
  readonly licenceId: string;
  readonly projectId: string;
  readonly maxConcurrentCalls: number;
  /** Tells the key from the one that takes its place by a reset. */
  readonly keyDigest: string;
  /** Why this key may not start a call now. */
  readonly refusal?: 'insufficient-balance' | 'daily-limit' | 'origin-not-allowed';
  /** Asked from neither a page of this server nor a talk link, and with a key that is not everyone's; false when left out. */
  readonly isFromElsewhere?: boolean;
  /** The one avatar that may be called; any when left out. */
  readonly onlyAvatarId?: string;
  /** The member of the project who calls from its playground; nobody known when left out. */
  readonly memberId?: string;
  /** Who calls, as the project's own server says in the token that it minted; nobody in particular when left out. */
  readonly callerId?: string;
  /** The key stands on the first page for everyone; it opens calls and nothing of the project. False when left out. */
  readonly isPublic?: boolean;
  /** How tool arguments are written for this key's clients; `object` when left out. */
  readonly toolArguments?: 'object' | 'string';
  /** The session that a client secret was minted for, as OpenAI's clients write it. */
  readonly clientSession?: Readonly<Record<string, unknown>>;
};

export type ToolDefinition = SessionConfig['tools'][number];

/** What was found in a document, and where it stands. */
export type Passage = Extract<SessionCommand, { type: 'looked-up' }>['passages'][number];

/** The tools of one call that the server answers itself: its client is told of none of them. */
export type ServerTools = {
  readonly tools: readonly (ToolDefinition & { readonly serverWaitMs: number })[];
  /** What the model is given as the result, which stands at what `cite` is told. A failure is a result, too: this never rejects. */
  run(call: ServerToolCall, signal: AbortSignal, cite?: (sources: readonly AnswerSource[]) => void): Promise<string>;
  /** What the avatar's documents say of some words; left out: it has none. Never rejects. */
  readonly lookUp?: (text: string) => Promise<readonly Passage[]>;
  /** The call is over: what was opened for it is closed. */
  close(): void;
};

export type ServerToolCall = {
  readonly callId: string;
  readonly name: string;
  /** One JSON object. */
  readonly argumentsJson: string;
};

/** Never rejects: tools that cannot be had now are left out. */
export type OpenServerTools = (call: {
  readonly sessionId: string;
  readonly projectId: string;
  readonly avatar: CallAvatar;
}) => Promise<ServerTools>;

export type CallAvatar = {
  /** 32 hexadecimal digits. */
  readonly avatarId: string;
  readonly name: string;
  /** Offered to every project; false when left out. */
  readonly isSystem?: boolean;
  readonly provider: string;
  readonly model: string;
  /** Parts of its voice that its owner has chosen, with their keys, for the worker of the call alone; none when left out. */
  readonly parts?: NonNullable<SessionConfig['parts']>;
  readonly voice: string;
  /** BCP 47 tag. */
  readonly language: string;
  readonly prompt: string;
  readonly firstMessage: string;
  /** Folder of the bundle on this machine, where it is not in the store of files. */
  readonly bundlePath: string;
  /** Where it lies in the store; null or left out: it does not. */
  readonly storedBundle?: StoredBundle | null;
  readonly tools?: readonly AvatarTool[];
  /** Stored tools that pass a limit and are not among `tools`; none when left out. */
  readonly leftOutTools?: number;
  /** Facts that the avatar may use, as plain text. */
  readonly knowledge?: string;
  /** The call ends after this time; null or left out: no limit. */
  readonly maxCallSeconds?: number | null;
  /** Keep picture and sound of its calls; false when left out. */
  readonly recordCalls?: boolean;
  /** What the same person said in earlier talks is known in the next; false when left out. */
  readonly remembers?: boolean;
};

/** What was said in earlier talks of the person with the avatar, for its voice to know; null: nothing. Never rejects. */
export type RecallTalks = (call: {
  readonly projectId: string;
  readonly avatarId: string;
  readonly callerId: string;
}) => Promise<string | null>;

/** The folder of an avatar's bundle on this machine. `away`: its files cannot be fetched now; `lost`: they are gone. */
export type OpenBundle = (
  avatar: Pick<CallAvatar, 'bundlePath'> & { readonly storedBundle: StoredBundle | null },
) => Promise<{ readonly kind: 'open'; readonly path: string } | { readonly kind: 'away' | 'lost' }>;

export type RecordingRoom = {
  /** Path of the film without its ending. */
  readonly pathStem: string;
  readonly limits: { readonly maxBytes: number; readonly minFreeBytes: number };
};

/** Null: the call is not recorded, for want of room. */
export type FindRecordingRoom = (projectId: string, sessionId: string) => Promise<RecordingRoom | null>;

type AvatarLookUp =
  | {
      readonly kind: 'found';
      readonly avatar: CallAvatar /** More than one avatar has this name; the newest was taken. */;
      readonly ambiguous: boolean;
      /** No avatar has the name: a built-in figure stands in for it. False when left out. */
      readonly isStandIn?: boolean;
      /** The name by which the built-in figure goes here, which is not its own; left out: it goes by its own. */
      readonly calledBy?: string;
    }
  | { readonly kind: 'missing' };

/** Where a request with a key comes from. */
export type Caller = {
  /** `Origin` of the page; undefined when it is no page. */
  readonly origin: string | undefined;
  /** Host and port under which the request reached this server: its own pages may use every key. */
  readonly host: string;
};

export type Admission = {
  /** `key`: a licence key or a browser token. Null when it is unknown, revoked or expired. */
  findLicence(key: string, caller?: Caller): Promise<Licence | null>;
  /** Whether the user is in the project; nobody's membership ends when left out. */
  isMember?(projectId: string, userId: string): Promise<boolean>;
  /** `avatarId` wins over `name`; a name is searched among the project's own avatars and the system ones; any unknown `navtalk.*` name falls back to a built-in figure. Without either: any avatar, the project's own first. */
  findAvatar(projectId: string, query: { avatarId?: string; name?: string; isAny?: true }): Promise<AvatarLookUp>;
};

/** Keys of single talks, for those who were in a talk on a licence key that is everyone's. */
export type TalkKeys = {
  of(sessionId: string): string;
  opens(sessionId: string, talkKey: string): boolean;
};

export type TalkRatings = {
  /** False: there is no such talk, or it ended too long ago. */
  rate(sessionId: string, rating: { rating: 'up' | 'down'; text: string }): Promise<boolean>;
};

/** The record of a talk. Each promise resolves when the fact is durable. */
export type ConversationStore = {
  start(conversation: {
    sessionId: string;
    projectId: string;
    licenceId: string;
    avatarId: string;
    startedAt: Date;
    /** Page that the call came from; null or left out: it is no page. */
    origin?: string | null;
    /** Who called, as the project's server names its users; null or left out: it did not say. */
    callerId?: string | null;
  }): Promise<void>;
  addMessage(message: {
    sessionId: string;
    role: 'user' | 'assistant';
    text: string;
    at: Date;
    interrupted?: boolean;
    /** A person said it in place of the avatar; nobody did when left out. */
    by?: 'operator';
    /** When it began to be heard; `at` when left out. */
    startedAt?: Date;
    /** Of an answer: from the end of the person's turn to its first sound. */
    latencyMs?: number;
    /** Where what it was made with stands. */
    sources?: readonly AnswerSource[];
  }): Promise<void>;
  /** The model called a tool. `argumentsJson`: one JSON object. */
  startToolCall(call: {
    sessionId: string;
    callId: string;
    name: string;
    argumentsJson: string;
    at: Date;
    /** The server answers it; its client does when left out. */
    by?: 'server';
  }): Promise<void>;
  /** Of a call that was started. `output` is null when no result came in time; one that comes later still counts. */
  finishToolCall(finish: { sessionId: string; callId: string; output: string | null; at: Date }): Promise<void>;
  end(sessionId: string, outcome: { endedAt: Date; status: 'completed' | 'failed'; reason: string }): Promise<void>;
};

/** Told of each call that has begun; never rejects. No call waits for it. */
export type NoteCall = (call: {
  readonly projectId: string;
  /** The avatar is the project's own, none of those that are offered to everybody. */
  readonly isOwnAvatar: boolean;
  /** As of its licence. */
  readonly isFromElsewhere: boolean;
}) => Promise<void>;

/** A place under a licence's limit of concurrent calls. Releasing it twice is harmless. */
export type CallSlot = { release(): Promise<void> };

/** Counts the calls of a licence; two calls that start at once never share the last place. */
export type CallLimits = {
  /**
   * Null when the licence's limit is reached. `onLost`: the place was taken away, since the key was reset or revoked, or another
   * claim named this session in `replaces`: it then gets the same place, in one step.
   */
  claim(licence: Licence, sessionId: string, onLost?: () => void, replaces?: string): Promise<CallSlot | null>;
};

/** What the control plane may do to live calls of this node. */
export type CallControl = {
  /** Tells the clients why and closes; says how many calls it were. */
  endCallsOfLicence(licenceId: string, code: 'licence-reset' | 'insufficient-balance' | 'daily-limit'): number;
  /** Ends the calls that a member, who is none any more, has from the playground of the project. */
  endCallsOfMember(projectId: string, userId: string): number;
};

/** Counts a call's time while it lasts. Stopping it twice is harmless; it resolves when the time is written, or kept. */
export type RunningMeter = { stop(): Promise<void> };

export type CallMeter = {
  /** `end` is called once, when the use is over its limit: the gateway then ends the call with that code. */
  start(
    call: {
      readonly sessionId: string;
      readonly projectId: string;
      readonly licenceId: string;
      readonly avatarId: string;
    },
    end: (code: 'insufficient-balance' | 'daily-limit') => void,
  ): RunningMeter;
};

export type CatalogueAvatar = {
  readonly avatarId: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly model: string;
  readonly voice: string;
  readonly prompt: string;
  readonly firstMessage: string;
  /** Names of files under `/uploadFiles/`; null when the avatar has none. */
  readonly pictureFile: string | null;
  readonly clipFile: string | null;
  /** Where the face is in the picture; null or left out: not known. */
  readonly face?: FaceBox | null;
  /** Offered to every project; true when left out. */
  readonly isSystem?: boolean;
  readonly provider?: string;
  /** `ready` when left out. */
  readonly state?: 'ready' | 'making' | 'failed';
};

export type AvatarCatalogue = {
  /** The project's own avatars and the system ones, newest first. */
  list(projectId: string): Promise<readonly CatalogueAvatar[]>;
  /** What everybody may see of it: the ready avatars of the first page, in the operator's order. */
  listShown(projectId: string): Promise<readonly CatalogueAvatar[]>;
  /** One of them; null when there is none. */
  get(projectId: string, avatarId: string): Promise<CatalogueAvatar | null>;
  /** Any avatar, for whoever knows its id; null when there is none. */
  getAnywhere(avatarId: string): Promise<CatalogueAvatar | null>;
};

/** What happened to the server as a whole, for its operators' log. */
export type NoteEvent = (event: {
  readonly action: 'access.refused' | 'call.refused' | 'bound.reached' | 'worker.replaced';
  /** Which route, bound or code; one of a small fixed set, never a client's text. */
  readonly subject: string;
  readonly ipAddress?: string | null;
  readonly projectId?: string | null;
  /** Never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>;
}) => void;

/** The subset of pino's logger that the server's parts use: fields first, then a fixed message. */
export type Logger = {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
};

/** A call as it is shown to somebody beside its client, who may have a say in it. */
export type FollowedCall = {
  readonly sessionId: string;
  readonly projectId: string;
  readonly avatar: { readonly avatarId: string; readonly name: string };
  /** BCP 47 tag of the language that its avatar speaks. */
  readonly language: string;
  readonly startedAt: Date;
  command(command: SessionCommand): void;
  /** Tells the client of trouble that the call survives. */
  report(code: 'operator-away', message: string): void;
};

export type CallFollower = {
  event(event: SessionEvent): void;
  /** A command of the client, sound left out; not those of the follower itself. */
  command(command: SessionCommand): void;
  ended(): void;
};

/** Told of each call that has its place. What a follower throws is logged, and harms no call. */
export type FollowCall = (call: FollowedCall) => CallFollower;

/** What comes of the wish that somebody else answers. `unchanged`: he does already. `impossible`: its voice cannot answer. */
export type AnswererChange = 'changed' | 'unchanged' | 'impossible';

/** A talk that goes on, as the members of its project are shown it. */
export type LiveTalkView = {
  readonly sessionId: string;
  readonly avatarId: string;
  readonly avatarName: string;
  readonly startedAt: Date;
  readonly answeredBy: 'voice' | 'operator';
  /** Its voice can answer. */
  readonly canGiveBack: boolean;
  /** Since when the user waits for a person's answer; null: he does not. */
  readonly waitsSince: Date | null;
  /** What was said last, the newest at the end. */
  readonly lines: readonly {
    readonly lineId: number;
    readonly role: 'user' | 'assistant';
    /** Null: the avatar itself. */
    readonly by: 'operator' | null;
    readonly text: string;
    /** It is being said. */
    readonly isOpen: boolean;
  }[];
};

/** The talks of this node that go on, for the members of their project. */
export type LiveTalks = {
  list(projectId: string): {
    /** Changes with whatever is shown. */
    readonly version: number;
    readonly isOperatorThere: boolean;
    readonly talks: readonly LiveTalkView[];
  };
  /** Resolves once the version is another one, or after this time. False, at once: too many wait already. */
  changed(projectId: string, version: number, limitMs: number, signal: AbortSignal): Promise<boolean>;
  /** A member who may answer has the page open. */
  notePage(projectId: string): void;
  /** `gone`: there is no such talk here any more. */
  takeOver(projectId: string, sessionId: string): AnswererChange | 'gone';
  giveBack(projectId: string, sessionId: string): AnswererChange | 'gone';
  /** `taken-over`: it is spoken, and the talk was the voice's until then. `busy`: several wait to be spoken. */
  answer(projectId: string, sessionId: string, text: string): 'spoken' | 'taken-over' | 'busy' | 'gone';
};

export type MediaCall = {
  /** `taken` is called once, when the command no longer waits in this process. */
  send(command: SessionCommand, taken?: () => void): void;
};

/** Places calls on media workers. */
export type CallPlacer = {
  /** Null when no worker has room. `listener` gets every event of the call, in order, `closed` last and exactly once. */
  open(config: SessionConfig, listener: (event: SessionEvent) => void): MediaCall | null;
};

/** A service that tells what texts mean. */
export type EmbeddingsSettings = {
  /** Like `http://127.0.0.1:11434/v1`. */
  readonly url: string;
  readonly model: string;
  /** A function, so that whatever prints the settings does not print it. */
  readonly apiKey: () => string | undefined;
};
