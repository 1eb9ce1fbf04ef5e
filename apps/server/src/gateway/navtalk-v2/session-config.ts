import type { IceServer, SessionConfig } from '@visavis/media/session-events';
import type { CallAvatar, RecordingRoom } from '../../ports.ts';
import type { ConnectQuery } from './connect-query.ts';

/** Turn detection of a call that sets nothing; the values of the published clients. */
const DEFAULT_TURN_DETECTION: SessionConfig['turnDetection'] = Object.freeze({
  threshold: 0.5,
  prefixPaddingMs: 300,
  silenceDurationMs: 500,
});

export type PictureSize = { readonly widthPx: number; readonly heightPx: number };

/** The avatar's record with the address's parameters over it. Client configuration follows as `configure` commands. */
export function buildSessionConfig(options: {
  sessionId: string;
  avatar: CallAvatar;
  query: ConnectQuery;
  pictureSize: PictureSize;
  iceServers: readonly IceServer[];
  /** Null: the call is not recorded. */
  recording: RecordingRoom | null;
  startedAt: Date;
}): SessionConfig {
  const { sessionId, avatar, query, pictureSize, iceServers, recording, startedAt } = options;
  return {
    sessionId,
    avatar: { id: avatar.avatarId, name: avatar.name, bundlePath: avatar.bundlePath },
    provider: query.transparency ? 'transparency' : avatar.provider,
    model: query.model ?? avatar.model,
    voice: query.voice ?? avatar.voice,
    language: query.language ?? avatar.language,
    prompt: withKnowledge(avatar.prompt, avatar.knowledge),
    firstMessage: query.transparency ? '' : avatar.firstMessage,
    tools: avatar.tools ?? [],
    turnDetection: DEFAULT_TURN_DETECTION,
    audioBack: query.audioBack,
    widthPx: pictureSize.widthPx,
    heightPx: pictureSize.heightPx,
    iceServers,
    beganAtUnixMs: startedAt.getTime(),
    ...(recording === null ? {} : { recordingPathStem: recording.pathStem, recordingLimits: recording.limits }),
  };
}

/** Every voice provider reads the prompt; the facts stand in it under a heading of their own. */
function withKnowledge(prompt: string, knowledge = ''): string {
  return knowledge.trim() === '' ? prompt : `${prompt}\n\n# Knowledge\n\n${knowledge.trim()}`.trimStart();
}
