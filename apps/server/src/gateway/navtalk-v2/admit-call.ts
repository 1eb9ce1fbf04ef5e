import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionEvent } from '@visavis/media/session-events';
import {
  BROWSER_TOKEN_PREFIX,
  buildConnectionLimit,
  buildEnd,
  type EndMessage,
  type ErrorCode,
} from '@visavis/protocol';
import type { Caller, CallSlot, Licence, MediaCall } from '../../ports.ts';
import type { CallSettings } from './call-state.ts';
import type { ConnectQuery } from './connect-query.ts';
import type { GatewayDependencies } from './gateway-dependencies.ts';
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
};
export type Refused = { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: EndMessage };

/** A call whose connection may be gone. */
export type OpenCall = {
  readonly sessionId: string | null;
  end(code: ErrorCode): void;
  /** Resolves when its media have given back what they hold. */
  readonly mediaClosed: Promise<void>;
};

/** How long a call waits for the media of the one that it replaces to make room. */
const REPLACED_CLOSE_MS = 3000;

function refuse(code: ErrorCode, message: EndMessage = buildEnd(code)): Refused {
  return { kind: 'refused', code, message };
}

/**
 * Key, avatar, limit, place: in this order, so that each refusal names the first thing that stands in the way. A place
 * that was claimed is given back when what follows fails, or when `isGone` says that the client has left meanwhile.
 */
export async function admitCall(options: {
  query: ConnectQuery;
  hostName: string;
  dependencies: GatewayDependencies;
  caller: Caller;
  isGone: () => boolean;
  /** The call of this licence that is this session, or goes on for it. */
  findCall: (sessionId: string, licenceId: string) => OpenCall | null;
  /** The place of the call was taken away. */
  onLost: () => void;
  listener: (event: SessionEvent) => void;
}): Promise<Admitted | Refused> {
  const { query, hostName, dependencies, caller, isGone, findCall, onLost, listener } = options;
  if (query.licence === undefined) return refuse('missing-licence');
  const licence = await dependencies.admission.findLicence(query.licence, caller);
  if (licence === null) {
    return refuse(query.licence.startsWith(BROWSER_TOKEN_PREFIX) ? 'expired-token' : 'invalid-licence');
  }
  if (licence.refusal !== undefined) return refuse(licence.refusal);
  const { avatarId, name } = query;
  if (avatarId === undefined && name === undefined) return refuse('missing-avatar');
  const lookUp = await dependencies.admission.findAvatar(licence.projectId, {
    ...(avatarId === undefined ? {} : { avatarId }),
    ...(name === undefined ? {} : { name }),
  });
  if (lookUp.kind === 'missing') return refuse('avatar-not-found');
  // Who knows the extensions can say so to people; NavTalk's clients get the figure and a warning.
  if (lookUp.isStandIn === true && query.extensions) return refuse('avatar-not-found');
  const { onlyAvatarId } = licence;
  if (onlyAvatarId !== undefined && onlyAvatarId !== lookUp.avatar.avatarId) return refuse('avatar-not-found');

  const sessionId = randomUUID().replaceAll('-', '');
  const replaces = replacedSession(query, dependencies);
  const replaced = replaces === undefined ? null : findCall(replaces, licence.licenceId);
  const slot = await dependencies.limits.claim(licence, sessionId, onLost, replaced?.sessionId ?? replaces);
  if (slot === null) return refuse('connection-limit', buildConnectionLimit(licence.maxConcurrentCalls));
  try {
    if (replaced !== null) await endReplaced(replaced);
    const { recordCalls = false } = lookUp.avatar;
    const recording = recordCalls ? await dependencies.recordingRoom?.(licence.projectId, sessionId) : null;
    const startedAt = new Date();
    const config = buildSessionConfig({
      sessionId,
      avatar: lookUp.avatar,
      query,
      pictureSize: dependencies.pictureSize,
      iceServers: dependencies.iceServers(hostName),
      recording: recording ?? null,
      startedAt,
    });
    const media = isGone() ? null : dependencies.placer.open(config, listener);
    if (media === null) {
      await slot.release();
      return refuse('no-capacity');
    }
    const settings: CallSettings = {
      sessionId,
      config,
      ambiguousName: lookUp.ambiguous && avatarId === undefined ? (name ?? null) : null,
      unknownName: lookUp.isStandIn === true ? (name ?? null) : null,
      extensions: query.extensions,
      talkKey: licence.isPublic === true && query.extensions ? (dependencies.talkKeys?.of(sessionId) ?? null) : null,
      reconnectKey: query.extensions ? (dependencies.reconnectKeys?.of(sessionId) ?? null) : null,
      toolArguments: licence.toolArguments ?? 'object',
    };
    return {
      ...{ kind: 'admitted' as const, settings, licence, slot, media, startedAt },
      isOwnAvatar: lookUp.avatar.isSystem !== true,
      maxCallSeconds: lookUp.avatar.maxCallSeconds ?? null,
      leftOutTools: lookUp.avatar.leftOutTools ?? 0,
    };
  } catch (error) {
    await slot.release();
    throw error;
  }
}

/** Only with the key of that session: whoever else names it is an ordinary new call. */
function replacedSession(query: ConnectQuery, { reconnectKeys }: GatewayDependencies): string | undefined {
  const { replaces, reconnectKey } = query;
  if (replaces === undefined || reconnectKey === undefined) return undefined;
  return reconnectKeys?.opens(replaces, reconnectKey) === true ? replaces : undefined;
}

/** Its media make room first, so that a server with one place can take the reconnect of its one call. */
async function endReplaced(call: OpenCall): Promise<void> {
  call.end('call-replaced');
  await Promise.race([call.mediaClosed, delay(REPLACED_CLOSE_MS, undefined, { ref: false })]);
}
