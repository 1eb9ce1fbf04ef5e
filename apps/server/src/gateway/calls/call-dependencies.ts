import type { IceServer } from '@visavis/media/session-events';
import type {
  Admission,
  CallLimits,
  CallMeter,
  CallPlacer,
  ConversationStore,
  FindRecordingRoom,
  FollowCall,
  Logger,
  NoteCall,
  NoteEvent,
  OpenBundle,
  OpenServerTools,
  RecallTalks,
  TalkKeys,
} from '../../ports.ts';
import type { PictureSizes } from './session-config.ts';

export type CallDependencies = {
  readonly admission: Admission;
  readonly conversations: ConversationStore;
  readonly placer: CallPlacer;
  readonly limits: CallLimits;
  /** Left out: calls are not metered. */
  readonly meter?: CallMeter;
  /** Left out: bundles lie on this machine. */
  readonly openBundle?: OpenBundle;
  /** Left out: clients answer all tools. */
  readonly openServerTools?: OpenServerTools;
  /** Left out: no avatar remembers anybody. */
  readonly recallTalks?: RecallTalks;
  /** ICE servers for a client that reached this server under `hostName`; never empty. */
  readonly iceServers: (hostName: string) => readonly IceServer[];
  readonly pictureSizes: PictureSizes;
  /** How long clients that do not know Visavis have for their history and their microphone. Left out: as long as those of ours. */
  readonly historyGapMs?: number;
  /** Room for the films of calls with avatars that are to be recorded. Left out: nothing is recorded. */
  readonly recordingRoom?: FindRecordingRoom;
  /** Left out: clients on public keys cannot read the record of their talk. */
  readonly talkKeys?: TalkKeys;
  /** Left out: no call can take the place of its lost connection. */
  readonly reconnectKeys?: TalkKeys;
  readonly noteCall?: NoteCall;
  /** Left out: nobody beside their clients follows calls. */
  readonly follow?: FollowCall;
  /** Left out: calls are not rated. */
  readonly ratingKeys?: Pick<TalkKeys, 'of'>;
  /** Told of calls that were refused, or ended for what their client did. */
  readonly noteEvent?: NoteEvent;
  readonly logger: Logger;
};
