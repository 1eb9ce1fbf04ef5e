import type { IceServer, SessionConfig } from '@visavis/media/session-events';
import { askedLanguage, VOICE_OF_CALL } from '@visavis/protocol';
import type { CallAvatar, RecordingRoom } from '../../ports.ts';
import type { CallRequest } from './call-request.ts';

/** Turn detection of a call that sets nothing; the values of the published clients. */
const DEFAULT_TURN_DETECTION: SessionConfig['turnDetection'] = Object.freeze({
  threshold: 0.5,
  prefixPaddingMs: 300,
  silenceDurationMs: 500,
});

export type PictureSizes = {
  /** Of calls that ask for nothing. */
  readonly usualPx: number;
  readonly largestPx: number;
};

/** A face is rendered once for each size, so there are few. */
const SIZE_STEPS_PX = [512, 720, 1024] as const;

/** Side of the square picture: the smallest step that fills the box, as far as it is allowed, and never less than usual. */
export function pictureSizeFor(askedPx: number | undefined, { usualPx, largestPx }: PictureSizes): number {
  if (askedPx === undefined || askedPx <= usualPx) return usualPx;
  const allowed = [...SIZE_STEPS_PX.filter((stepPx) => stepPx > usualPx && stepPx <= largestPx)];
  return allowed.find((stepPx) => stepPx >= askedPx) ?? allowed.at(-1) ?? usualPx;
}

/** The avatar's record with what the client asks for over it. What it changes later follows as `configure` commands. */
export function buildSessionConfig(options: {
  sessionId: string;
  avatar: CallAvatar;
  /** Folder of the avatar's bundle on this machine. */
  bundlePath: string;
  request: CallRequest;
  tools: SessionConfig['tools'];
  pictureSizes: PictureSizes;
  iceServers: readonly IceServer[];
  /** Null: the call is not recorded. */
  recording: RecordingRoom | null;
  /** The avatar has documents that are looked up while it talks. */
  looksUp: boolean;
  startedAt: Date;
}): SessionConfig {
  const { sessionId, avatar, bundlePath, request, tools, pictureSizes, iceServers, recording, looksUp, startedAt } =
    options;
  const sidePx = pictureSizeFor(request.pictureSizePx, pictureSizes);
  const provider = providerOf(request, avatar);
  const parts = provider === avatar.provider ? (avatar.parts ?? {}) : {};
  return {
    sessionId,
    avatar: { id: avatar.avatarId, name: avatar.name, bundlePath },
    provider,
    ...(Object.keys(parts).length === 0 ? {} : { parts }),
    model: request.model ?? avatar.model,
    voice: request.voice ?? avatar.voice,
    language: request.language ?? askedLanguage(avatar.prompt) ?? avatar.language,
    prompt: withKnowledge(avatar.prompt, avatar.knowledge),
    firstMessage: request.transparency ? '' : avatar.firstMessage,
    tools,
    turnDetection: DEFAULT_TURN_DETECTION,
    audioBack: request.audioBack,
    widthPx: sidePx,
    heightPx: sidePx,
    iceServers,
    beganAtUnixMs: startedAt.getTime(),
    ...(request.connection === undefined ? {} : { connection: request.connection }),
    ...(request.waitsForTools === undefined ? {} : { waitsForTools: request.waitsForTools }),
    ...(looksUp ? { looksUp } : {}),
    ...(recording === null ? {} : { recordingPathStem: recording.pathStem, recordingLimits: recording.limits }),
  };
}

function providerOf({ transparency, answeredByPeople = false }: CallRequest, avatar: CallAvatar): string {
  if (transparency) return VOICE_OF_CALL.clientSound;
  return answeredByPeople ? VOICE_OF_CALL.people : avatar.provider;
}

/** Every voice provider reads the prompt; the facts stand in it under a heading of their own. */
function withKnowledge(prompt: string, knowledge = ''): string {
  return knowledge.trim() === '' ? prompt : `${prompt}\n\n# Knowledge\n\n${knowledge.trim()}`.trimStart();
}
