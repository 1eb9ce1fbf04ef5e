import { AVATAR_LIMIT_MS } from '../control/avatars/making/avatar-limits.ts';
import { FILM_LIMIT_MS } from '../control/films/film-limits.ts';

/** A kind of work that waits for its turn. Its rows say what is to be done; a job says only whose turn it is. */
export type JobDefinition = {
  /** Name of its queue in the database. */
  readonly name: string;
  /** Who has a turn beats more often than this; after a silence of this length the turn is given to another. At least 10. */
  readonly heartbeatSeconds: number;
  /** A turn that takes longer is given to another, whether it beats or not. */
  readonly limitSeconds: number;
};

export const JOBS = {
  /** Key: a project; all its deliveries that are due. */
  webhooks: { name: 'webhooks', heartbeatSeconds: 20, limitSeconds: 600 },
  /** Key: a person, or a project that nobody owns; one avatar after the other. */
  avatars: { name: 'avatars', heartbeatSeconds: 20, limitSeconds: AVATAR_LIMIT_MS / 1000 },
  /** Key: a lane of a person's films; one film after the other in each. */
  films: { name: 'films', heartbeatSeconds: 20, limitSeconds: FILM_LIMIT_MS / 1000 },
  /** Key: an avatar; some of its passages that have no vectors yet. */
  embeddings: { name: 'embeddings', heartbeatSeconds: 30, limitSeconds: 3600 },
  /** Key: the task's name. */
  housekeeping: { name: 'housekeeping', heartbeatSeconds: 30, limitSeconds: 3600 },
} as const satisfies Record<string, JobDefinition>;

/** `slow` turns have places of their own, which they cannot take from the quick ones. */
export type Lane = 'quick' | 'slow';

export type Turn = {
  readonly key: string;
  /** Aborts when the server closes, or when the turn was given to another: what is written afterwards would be refused. */
  readonly signal: AbortSignal;
  /** Call it before the rows are read: what was put into the queue of this key until now is seen by that. */
  looks(): void;
  /** Resolves when something was put into the queue of this key since. */
  more(): Promise<void>;
};

/** Something of this key is due: now, or, if no turn of it waits, after that time. */
export type WaitingKey = { readonly key: string; readonly afterMs: number };

/** What does the work of a definition. */
export type TurnHandler = {
  readonly definition: JobDefinition;
  /** Turns that may begin now. */
  places(lane: Lane): number;
  laneOf(key: string): Lane;
  /** `tell` is to be called when places have become free in another way than by the end of a turn. */
  onPlaces?(tell: () => void): void;
  /**
   * Does what is due of this key, or a fair piece of it. Resolves with the milliseconds until its next turn; null:
   * nothing waits. One that rejects is tried again after some seconds.
   */
  run(turn: Turn): Promise<number | null>;
  /** What the rows say. Asked now and then: a message that was lost is sent again. */
  waiting(): Promise<readonly WaitingKey[]>;
};
