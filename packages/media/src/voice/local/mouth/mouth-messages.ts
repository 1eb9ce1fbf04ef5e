import type { FromJobThread, ToJobThread } from '../../../core/job-thread.ts';
import type { Accent } from './pronunciation/pronounce-english.ts';
import type { Pauses, SpokenClause } from './spoken-clause.ts';
import type { VoiceProfile } from './voice-profiles.ts';

/** One clause to be spoken. `language` is a primary subtag; all but `en` need the optional engine. */
export type MouthRequest = {
  readonly text: string;
  /** As the avatar names it, and who of the built-in speakers that is. */
  readonly voice: string;
  readonly profile: VoiceProfile;
  readonly language: string;
  readonly pauses: Pauses;
};

/** English that another mouth is to speak, in symbols of how it sounds. */
export type PronounceRequest = { readonly pronounce: string; readonly accent: Accent };

export type ToMouthWorker = ToJobThread<MouthRequest | PronounceRequest>;
export type FromMouthWorker = FromJobThread<SpokenClause | string>;
