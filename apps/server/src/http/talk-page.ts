import type { FastifyInstance } from 'fastify';
import type { VoiceDirectory } from '../control/voices/voice-directory.ts';
import type { CatalogueAvatar } from '../ports.ts';
import { FOR } from './access/access.ts';

/** One line each on what speaks, hears and thinks when no provider is set up. */
export type VoiceReport = {
  readonly mouth: string;
  readonly ears: string;
  readonly brain: string;
  /** Whether spoken words become text. */
  readonly hears: boolean;
  /** Name of the provider that answers for the built-in avatars. */
  readonly provider: string;
};

export type TalkPageSource = {
  readonly version: string;
  /** Null while the demo project is switched off. */
  readonly demo: () => { readonly licence: string; readonly projectId: string } | null;
  readonly voice: () => VoiceReport;
  readonly voices: Pick<VoiceDirectory, 'list' | 'providerOf' | 'speakerOf'>;
};

/** Avatars of a project that everybody may see, in the operator's order; a moment old. */
export type ListForAll = (projectId: string) => Promise<readonly CatalogueAvatar[]>;

/** `GET /api/v1/talk-page`: what the first page needs to start a call without an account; no key while the demo is off. */
export function registerTalkPage(app: FastifyInstance, listForAll: ListForAll, source: TalkPageSource): void {
  app.get('/api/v1/talk-page', { config: FOR.everyone }, async (_request, reply) => {
    const demo = source.demo();
    const avatars = demo === null ? [] : await listForAll(demo.projectId);
    reply.header('cache-control', 'no-store');
    return {
      demoLicense: demo?.licence ?? null,
      avatars: avatars.map((avatar) => toTalkPageAvatar(avatar, source)),
      voices: source.voices.list().map(({ provider, voices }) => ({ provider, voices })),
      voice: source.voice(),
      version: source.version,
    };
  });
}

function toTalkPageAvatar(avatar: CatalogueAvatar, { voices }: Pick<TalkPageSource, 'voices'>): object {
  const { avatarId, name, title, description, voice, pictureFile, face = null } = avatar;
  const { isSystem = true, provider = LOCAL_PROVIDER } = avatar;
  const thumbnailUrl = pictureFile === null ? '' : `/uploadFiles/${encodeURIComponent(pictureFile)}`;
  const isDemonstration = voices.providerOf({ isSystem, provider }) === LOCAL_PROVIDER;
  // Every model that can be connected takes pictures.
  const sees = !isDemonstration;
  const speaker = voices.speakerOf({ voice, isSystem, provider });
  return { avatarId, name, title, description, thumbnailUrl, face, voice, isDemonstration, sees, speaker };
}

/** Its brain is a set of rules, for demonstrations. */
const LOCAL_PROVIDER = 'local';
