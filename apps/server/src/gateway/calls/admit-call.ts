import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionEvent } from '@visavis/media/session-events';
import { BROWSER_TOKEN_PREFIX, connectionLimitSentence, type ErrorCode, HISTORY_GAP_MS } from '@visavis/protocol';
import type {
  Admission,
  CallAvatar,
  Caller,
  CallSlot,
  Licence,
  MediaCall,
  OpenBundle,
  ServerTools,
} from '../../ports.ts';
import type { CallDependencies } from './call-dependencies.ts';
import type { CallRequest } from './call-request.ts';
import type { CallEnd, CallSettings } from './call-settings.ts';
import { joinTools } from './server-tools.ts';
import { buildSessionConfig } from './session-config.ts';

export type Admitted = {
  readonly kind: 'admitted';
  readonly settings: CallSettings;
  readonly licence: Licence;
  readonly slot: CallSlot;
  readonly media: MediaCall;
  readonly isOwnAvatar: boolean;
  /** Zero of the record's and the film's times. */
  readonly startedAt: Date;
  /** The call ends after this time; null: no limit. */
  readonly maxCallSeconds: number | null;
  /** Stored tools of the avatar that pass a limit: the call goes on without them. */
  readonly leftOutTools: number;
  /** Null: its client answers all tools. */
  readonly serverTools: ServerTools | null;
  /** What was said in earlier talks; null: nothing that is to be known. */
  readonly earlierTalks: string | null;
};
type FoundAvatar = Extract<Awaited<ReturnType<Admission['findAvatar']>>, { kind: 'found' }>;
export type Refused = { readonly kind: 'refused'; readonly end: CallEnd };

/** A call whose connection may be gone. */
export type OpenCall = {
  readonly sessionId: string | null;
  end(code: ErrorCode): void;
  /** Resolves when its media have given back what they hold. */
  readonly mediaClosed: Promise<void>;
};

/** How long a call waits for the media of the one that it replaces to make room. */
const REPLACED_CLOSE_MS = 3000;
const BUNDLE_AWAY = 'The files of this avatar cannot be fetched now. Call again in a moment.';

function refuse(code: ErrorCode, detail?: string): Refused {
  return { kind: 'refused', end: detail === undefined ? { code } : { code, detail } };
}

/**
 * Key, avatar, limit, place: in this order, so that each refusal names the first thing that stands in the way. A place
 * that was claimed is given back when what follows fails, or when `isGone` says that the client has left meanwhile.
 */
export async function admitCall(options: {
  request: CallRequest;
  hostName: string;
  dependencies: CallDependencies;
  caller: Caller;
  isGone: () => boolean;
  /** The call of this licence that is this session, or goes on for it. */
  findCall: (sessionId: string, licenceId: string) => OpenCall | null;
  /** The place of the call was taken away. */
  onLost: () => void;
  listener: (event: SessionEvent) => void;
}): Promise<Admitted | Refused> {
  const { request, hostName, dependencies, caller, isGone, findCall, onLost, listener } = options;
  if (request.licence === undefined) return refuse('missing-licence');
  const licence = await dependencies.admission.findLicence(request.licence, caller);
  if (licence === null) {
    return refuse(request.licence.startsWith(BROWSER_TOKEN_PREFIX) ? 'expired-token' : 'invalid-licence');
  }
  if (licence.refusal !== undefined) return refuse(licence.refusal);
  const avatarId = request.avatarId ?? (request.anyAvatar === true ? licence.onlyAvatarId : undefined);
  const { name, anyAvatar = false } = request;
  if (avatarId === undefined && name === undefined && !anyAvatar) return refuse('missing-avatar');
  const lookUp = await dependencies.admission.findAvatar(licence.projectId, {
    ...(avatarId === undefined ? {} : { avatarId }),
    ...(name === undefined ? {} : { name }),
    ...(avatarId === undefined && name === undefined ? { isAny: true } : {}),
  });
  if (lookUp.kind === 'missing') return refuse('avatar-not-found');
  // Who knows the extensions can say so to people; NavTalk's clients get the figure and a warning.
  if (lookUp.isStandIn === true && request.extensions) return refuse('avatar-not-found');
  const { onlyAvatarId } = licence;
  if (onlyAvatarId !== undefined && onlyAvatarId !== lookUp.avatar.avatarId) return refuse('avatar-not-found');

  const sessionId = randomUUID().replaceAll('-', '');
  const replaces = replacedSession(request, dependencies);
  const replaced = replaces === undefined ? null : findCall(replaces, licence.licenceId);
  const slot = await dependencies.limits.claim(licence, sessionId, onLost, replaced?.sessionId ?? replaces);
  if (slot === null) return refuse('connection-limit', connectionLimitSentence(licence.maxConcurrentCalls));
  let serverTools: ServerTools | null = null;
  try {
    if (replaced !== null) await endReplaced(replaced);
    const bundle = await openBundle(lookUp.avatar, dependencies);
    if (bundle.kind !== 'open') {
      await slot.release();
      return bundle.kind === 'lost' ? refuse('avatar-unreadable') : refuse('backend-error', BUNDLE_AWAY);
    }
    const call = { sessionId, projectId: licence.projectId, avatar: lookUp.avatar };
    serverTools = (await dependencies.openServerTools?.(call)) ?? null;
    const clientTools = (lookUp.avatar.tools ?? []).filter(({ webhook }) => webhook === undefined);
    const { recordCalls = false } = lookUp.avatar;
    // Without a picture there is no film.
    const isSeen = request.connection !== 'none';
    const recording = recordCalls && isSeen ? await dependencies.recordingRoom?.(licence.projectId, sessionId) : null;
    const earlierTalks = await recall(licence, lookUp.avatar, dependencies);
    const startedAt = new Date();
    const config = buildSessionConfig({
      sessionId,
      avatar: { ...lookUp.avatar, name: lookUp.calledBy ?? lookUp.avatar.name },
      bundlePath: bundle.path,
      request,
      tools: joinTools(clientTools, serverTools?.tools ?? []),
      pictureSizes: dependencies.pictureSizes,
      iceServers: dependencies.iceServers(hostName),
      recording: recording ?? null,
      looksUp: serverTools?.lookUp !== undefined,
      startedAt,
    });
    const media = isGone() ? null : dependencies.placer.open(config, listener);
    if (media === null) {
      serverTools?.close();
      await slot.release();
      return refuse('no-capacity');
    }
    return {
      kind: 'admitted' as const,
      settings: settingsOf({ request, dependencies, licence, lookUp, isByName: avatarId === undefined, config }),
      licence,
      slot,
      media,
      startedAt,
      serverTools,
      earlierTalks,
      isOwnAvatar: lookUp.avatar.isSystem !== true,
      maxCallSeconds: lookUp.avatar.maxCallSeconds ?? null,
      leftOutTools: lookUp.avatar.leftOutTools ?? 0,
    };
  } catch (error) {
    serverTools?.close();
    await slot.release();
    throw error;
  }
}

/** What is settled for the client's side. */
function settingsOf(call: {
  readonly request: CallRequest;
  readonly dependencies: CallDependencies;
  readonly licence: Licence;
  readonly lookUp: FoundAvatar;
  /** The client named no avatar by its id. */
  readonly isByName: boolean;
  readonly config: CallSettings['config'];
}): CallSettings {
  const { request, dependencies, licence, lookUp, isByName, config } = call;
  const { name = null, extensions } = request;
  const { sessionId } = config;
  return {
    sessionId,
    config,
    ambiguousName: lookUp.ambiguous && isByName ? name : null,
    unknownName: lookUp.isStandIn === true ? name : null,
    extensions,
    historyGapMs: historyGapMs(request, dependencies),
    talkKey: licence.isPublic === true && extensions ? (dependencies.talkKeys?.of(sessionId) ?? null) : null,
    reconnectKey: extensions ? (dependencies.reconnectKeys?.of(sessionId) ?? null) : null,
    ratingKey: extensions ? (dependencies.ratingKeys?.of(sessionId) ?? null) : null,
    toolArguments: licence.toolArguments ?? 'object',
    ...(licence.clientSession === undefined ? {} : { clientSession: licence.clientSession }),
  };
}

/** What was said in earlier talks with this caller; null: nothing that is to be known. */
async function recall(
  { projectId, callerId }: Licence,
  { avatarId, remembers = false }: CallAvatar,
  { recallTalks }: CallDependencies,
): Promise<string | null> {
  if (!remembers || callerId === undefined) return null;
  return (await recallTalks?.({ projectId, avatarId, callerId })) ?? null;
}

async function openBundle(
  { bundlePath, storedBundle = null }: CallAvatar,
  { openBundle: open }: CallDependencies,
): ReturnType<OpenBundle> {
  return (await open?.({ bundlePath, storedBundle })) ?? { kind: 'open', path: bundlePath };
}

function historyGapMs({ extensions }: CallRequest, { historyGapMs: given = HISTORY_GAP_MS }: CallDependencies): number {
  return extensions ? Math.min(HISTORY_GAP_MS, given) : given;
}

/** Only with the key of that session: whoever else names it is an ordinary new call. */
function replacedSession(request: CallRequest, { reconnectKeys }: CallDependencies): string | undefined {
  const { replaces, reconnectKey } = request;
  if (replaces === undefined || reconnectKey === undefined) return undefined;
  return reconnectKeys?.opens(replaces, reconnectKey) === true ? replaces : undefined;
}

/** Its media make room first, so that a server with one place can take the reconnect of its one call. */
async function endReplaced(call: OpenCall): Promise<void> {
  call.end('call-replaced');
  await Promise.race([call.mediaClosed, delay(REPLACED_CLOSE_MS, undefined, { ref: false })]);
}
