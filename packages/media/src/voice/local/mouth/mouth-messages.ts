import type { FromJobThread, ToJobThread } from '../../../core/job-thread.ts';
import type { Pauses, SpokenClause } from './spoken-clause.ts';
import type { VoiceProfile } from './voice-profiles.ts';

/** One clause to be spoken. `language` is a primary subtag; all but `en` need the optional engine. */
export type MouthRequest = {
  readonly text: string;
  readonly profile: VoiceProfile;
  readonly language: string;
  readonly pauses: Pauses;
};

export type ToMouthWorker = ToJobThread<MouthRequest>;
export type FromMouthWorker = FromJobThread<SpokenClause>;
