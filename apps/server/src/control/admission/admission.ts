import type { Database } from '../../db/database.ts';
import { type AvatarFound, createAvatarCatalogue } from '../avatars/avatar-catalogue.ts';
import type { BundleFolders } from '../avatars/bundle-folders.ts';
import { createBrowserTokens, isBrowserToken } from '../browser-tokens/browser-tokens.ts';
import { LINK_KEY_PREFIX } from '../licence-keys/licence-key.ts';
import { createLicenceKeys, type LicenceKey } from '../licence-keys/licence-keys.ts';
import { roleIn } from '../projects/members.ts';
import type { VoiceSetup } from '../voices/voice-setup.ts';

type Caller = { readonly origin: string | undefined; readonly host: string };

/** Why a licence may not start a call now, as far as its use so far decides. */
export type Allowance = {
  refusalOf(licence: LicenceKey): Promise<'insufficient-balance' | 'daily-limit' | null>;
};

type AdmittedLicence = {
  readonly licenceId: string;
  readonly projectId: string;
  readonly maxConcurrentCalls: number;
  readonly refusal?: 'insufficient-balance' | 'daily-limit' | 'origin-not-allowed';
  readonly onlyAvatarId?: string;
  /** The member of the project who calls from its playground. */
  readonly memberId?: string;
  /** Who calls, as the server that minted the token says. */
  readonly callerId?: string;
  readonly toolArguments: LicenceKey['toolArguments'];
  /** The key stands on the first page for everyone. */
  readonly isPublic: boolean;
  /** Asked from neither a page of this server nor a talk link, and with a key that is not everyone's. */
  readonly isFromElsewhere: boolean;
  /** Tells a key from the one that takes its place by a reset. */
  readonly keyDigest: string;
  /** That a client secret was minted for. */
  readonly clientSession?: Readonly<Record<string, unknown>>;
};

export type Admission = {
  /** `key`: a licence key or a browser token. Null when it is unknown, revoked or expired. */
  findLicence(key: string, caller?: Caller): Promise<AdmittedLicence | null>;
  /** Origins of the pages that may use a key or token; empty: all may, or it is unknown and opens nothing. */
  allowedOrigins(key: string): Promise<readonly string[]>;
  /** Whether the user is in the project, as whatever. */
  isMember(projectId: string, userId: string): Promise<boolean>;
  /** `avatarId` wins over `name`; any unknown name of the built-in form gets a built-in figure. Without either: any avatar. */
  findAvatar(projectId: string, query: { avatarId?: string; name?: string; isAny?: true }): Promise<AvatarFound>;
};

/** Who may call, and whom. Without `allowance` use is not limited. */
export function createAdmission(
  db: Pick<Database, 'orm' | 'pool'>,
  folders: BundleFolders,
  allowance: Allowance | null = null,
  voiceSetup: Pick<VoiceSetup, 'withKeys'> | null = null,
): Admission {
  // Looking a key up needs no secret.
  const licenceKeys = createLicenceKeys(db, null);
  const browserTokens = createBrowserTokens(db);
  const catalogue = createAvatarCatalogue(db, folders);

  const find = async (key: string) => {
    if (isBrowserToken(key)) return browserTokens.find(key);
    const licence = await licenceKeys.find(key);
    return licence === null
      ? null
      : { licence, avatarId: null, origin: null, userId: null, callerId: null, clientSession: null };
  };

  return {
    async findLicence(key, caller) {
      const found = await find(key);
      if (found === null) return null;
      const { licence, avatarId, origin, userId, callerId, clientSession } = found;
      const { licenceId, projectId, maxConcurrentCalls, allowedOrigins, isPublic, keyDigest, toolArguments } = licence;
      const isOriginAllowed =
        caller === undefined ||
        (isAllowed(caller, allowedOrigins) && isAllowed(caller, origin === null ? [] : [origin]));
      const refusal = isOriginAllowed ? await allowance?.refusalOf(licence) : 'origin-not-allowed';
      return {
        licenceId,
        projectId,
        maxConcurrentCalls,
        keyDigest,
        toolArguments,
        isPublic,
        isFromElsewhere:
          caller !== undefined && isFromElsewhere(licence, caller, isBrowserToken(key) && userId === null),
        ...(refusal ? { refusal } : {}),
        ...(avatarId === null ? {} : { onlyAvatarId: avatarId }),
        ...(userId === null ? {} : { memberId: userId }),
        ...(callerId === null ? {} : { callerId }),
        ...(clientSession === null ? {} : { clientSession }),
      };
    },
    async allowedOrigins(key) {
      const found = await find(key);
      if (found === null) return [];
      return found.origin === null ? found.licence.allowedOrigins : [found.origin];
    },
    async isMember(projectId, userId) {
      return (await roleIn(db.orm, projectId, userId)) !== null;
    },
    async findAvatar(projectId, query) {
      const found = await catalogue.find(projectId, query);
      if (found.kind === 'missing' || found.avatar.state !== 'ready') return { kind: 'missing' };
      const { parts, model, projectId: owner } = found.avatar;
      if (voiceSetup === null || owner === null) return found;
      const opened = await voiceSetup.withKeys(owner, parts);
      // The model that was chosen with the service is meant for it.
      const chosen = parts.thinker?.options.model;
      return {
        ...found,
        avatar: { ...found.avatar, parts: opened, model: typeof chosen === 'string' ? chosen : model },
      };
    },
  };
}

/** Frames of other sites show a page of this server, but with a token: the console's own calls have one of a member. */
function isFromElsewhere({ isPublic, keyPrefix }: LicenceKey, caller: Caller, isToken: boolean): boolean {
  if (isPublic || keyPrefix.startsWith(LINK_KEY_PREFIX)) return false;
  return isToken || !isOwnPage(caller);
}

function isOwnPage({ origin, host }: Caller): boolean {
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

/** An empty list allows everything; a filled one only its pages and those of this server. */
function isAllowed(caller: Caller, allowedOrigins: readonly string[]): boolean {
  if (allowedOrigins.length === 0) return true;
  if (caller.origin === undefined) return false;
  return allowedOrigins.includes(caller.origin) || isOwnPage(caller);
}
