import type { BrainPart, BrainRequest } from '../core/machine-brain.ts';

// What `BrainProcess` and the process with the language model say to each other.

/** Where a language model of this machine lies, and what runs it. */
export type BrainPlace = {
  readonly name: string;
  readonly modelPath: string;
  readonly runtimePath: string;
  /** Room for one talk and its answer; left out: several pages. */
  readonly contextTokens?: number;
};

export type ToBrain =
  | { readonly type: 'start'; readonly place: BrainPlace }
  | { readonly type: 'ask'; readonly id: number; readonly request: BrainRequest }
  /** Nobody waits for it any more. It is answered all the same, by `failed` at the latest. */
  | { readonly type: 'stop'; readonly id: number };

export type FromBrain =
  /** So many answers are thought of at the same time. */
  | { readonly type: 'ready'; readonly atOnce: number }
  /** It is still reading what was said. */
  | { readonly type: 'reading'; readonly id: number }
  | { readonly type: 'part'; readonly id: number; readonly part: BrainPart }
  | { readonly type: 'done'; readonly id: number }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
