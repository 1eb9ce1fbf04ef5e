import type { SessionConfig } from '@visavis/media/session-events';
import type { ErrorCode } from '@visavis/protocol';

/** What is settled when a call has its place. */
export type CallSettings = {
  readonly sessionId: string;
  /** As the call begins; the client may change some of it. */
  readonly config: SessionConfig;
  /** Name that several avatars share, when the call was opened by it. */
  readonly ambiguousName: string | null;
  /** The name that no avatar has and for which a built-in figure stands in; null: none does. */
  readonly unknownName: string | null;
  readonly extensions: boolean;
  /** How long after its announcement the talk may begin. */
  readonly historyGapMs: number;
  /** Opens the record of this talk to who was in it, where the licence key is everyone's; else null. */
  readonly talkKey: string | null;
  /** Lets a later connection take the place of this one; null: none may. */
  readonly reconnectKey: string | null;
  /** Opens the rating of this call; null: it is not told. */
  readonly ratingKey: string | null;
  readonly toolArguments: 'object' | 'string';
  /** As of the licence. */
  readonly clientSession?: Readonly<Record<string, unknown>>;
};

/** Why the server ends a call, or refuses it. `detail` takes the place of the table's sentence. */
export type CallEnd = { readonly code: ErrorCode; readonly detail?: string };
