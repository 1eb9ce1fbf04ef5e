import { FIRST_VOICE } from '@visavis/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
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

/** A language model that a program on this machine offers. */
type FoundModel = { readonly name: string; readonly model: string; readonly settings: string };

export type TalkPageSource = {
  readonly version: string;
  /** Null while the demo project is switched off. */
  readonly demo: () => { readonly licence: string; readonly projectId: string } | null;
  readonly voice: () => VoiceReport;
  readonly voices: Pick<VoiceDirectory, 'list' | 'providerOf' | 'speakerOf'>;
  /** What this provider can do: take pictures; or is it a demonstration, with no model behind it. */
  readonly abilities: (provider: string) => { readonly sees: boolean; readonly isDemonstration: boolean };
  /** Models that nobody has put behind the avatars. */
  readonly foundModels: () => readonly FoundModel[];
};

/** Avatars of a project that everybody may see, in the operator's order; a moment old. */
export type ListForAll = (projectId: string) => Promise<readonly CatalogueAvatar[]>;

/** `GET /api/v1/talk-page`: what the first page needs to start a call without an account; no key while the demo is off. */
export function registerTalkPage(app: FastifyInstance, listForAll: ListForAll, source: TalkPageSource): void {
  app.get('/api/v1/talk-page', { config: FOR.everyone }, async (request, reply) => {
    const demo = source.demo();
    const avatars = demo === null ? [] : await listForAll(demo.projectId);
    reply.header('cache-control', 'no-store');
    return {
      demoLicense: demo?.licence ?? null,
      avatars: avatars.map((avatar) => toTalkPageAvatar(avatar, source)),
      voices: source.voices.list().map(({ provider, voices }) => ({ provider, voices })),
      voice: source.voice(),
      foundModels: isOfThisMachine(request) ? source.foundModels() : [],
      version: source.version,
    };
  });
}

function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}

/** What runs on the machine of the server is told to who sits at it alone, not to whom a proxy lets through. */
function isOfThisMachine({ ip, hostname }: FastifyRequest): boolean {
  return isLoopback(ip) && (hostname === 'localhost' || isLoopback(hostname.replace(/^\[|\]$/g, '')));
}

function toTalkPageAvatar(
  avatar: CatalogueAvatar,
  { voices, ...source }: Pick<TalkPageSource, 'voices' | 'abilities'>,
): object {
  const { avatarId, name, title, description, voice, pictureFile, face = null } = avatar;
  const { isSystem = true, provider = FIRST_VOICE } = avatar;
  const thumbnailUrl = pictureFile === null ? '' : `/uploadFiles/${encodeURIComponent(pictureFile)}`;
  const answering = voices.providerOf({ isSystem, provider });
  const { sees, isDemonstration } = source.abilities(answering);
  const speaker = voices.speakerOf({ voice, isSystem, provider });
  return { avatarId, name, title, description, thumbnailUrl, face, voice, isDemonstration, sees, speaker };
}
