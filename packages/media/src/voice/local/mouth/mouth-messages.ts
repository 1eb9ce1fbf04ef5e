import type { Pauses, SpokenClause } from './spoken-clause.ts';
import type { VoiceProfile } from './voice-profiles.ts';

/** One clause to be spoken. `language` is a primary subtag; all but `en` need the optional engine. */
export type MouthRequest = {
  readonly text: string;
  readonly profile: VoiceProfile;
  readonly language: string;
  readonly pauses: Pauses;
};

export type ToMouthWorker = { readonly id: number; readonly request: MouthRequest };
export type FromMouthWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'spoken'; readonly id: number; readonly clause: SpokenClause }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
