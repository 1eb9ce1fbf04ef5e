import {
  avatarParamsSchema,
  browserTokenSchema,
  createBrowserTokenSchema,
  createPlaygroundTokenSchema,
} from '@visavis/protocol/rest';
import type { AvatarFound } from '../../control/avatars/avatar-catalogue.ts';
import type { BrowserTokens } from '../../control/browser-tokens/browser-tokens.ts';
import { ControlError, notFound } from '../../control/control-error.ts';
import type { LicenceControl } from '../../control/licence-keys/licence-control.ts';
import type { FirstSteps } from '../../control/projects/first-steps.ts';
import type { Admission } from '../../ports.ts';
import { FOR } from '../access/access.ts';
import { holderOf, personOf, projectOf } from '../access/principal.ts';
import { OPEN_SENTENCES } from '../open-rest/envelope.ts';
import { given } from './given.ts';
import type { ConsoleScope } from './session.ts';

export type BrowserTokenDependencies = {
  readonly tokens: BrowserTokens;
  readonly firstSteps: Pick<FirstSteps, 'note'>;
  readonly admission: {
    findLicence: Admission['findLicence'];
    findAvatar(projectId: string, query: { avatarId?: string }): Promise<Pick<AvatarFound, 'kind'>>;
  };
};

/** Minting is for servers that hold a key: no cookie, no other origin's page. */
export function registerBrowserTokenRoutes(
  scope: ConsoleScope,
  { tokens, admission, firstSteps }: BrowserTokenDependencies,
): void {
  scope.post(
    '/browser-tokens',
    {
      config: FOR.keyInHeader,
      schema: {
        tags: ['Browser tokens'],
        summary: 'Mint a short-lived token from a licence key (header `Authorization: Bearer KEY` or `license: KEY`)',
        body: createBrowserTokenSchema,
        response: { 201: browserTokenSchema },
      },
    },
    async (request, reply) => {
      const { licence } = holderOf(request);
      const { avatarId, userId: callerId, ...bounds } = request.body;
      if (avatarId !== undefined && (await admission.findAvatar(licence.projectId, { avatarId })).kind === 'missing') {
        throw notFound('avatar');
      }
      const { licenceId, keyDigest } = licence;
      // Visitors have keys of talk links and of the first page, too: they name nobody.
      if (callerId !== undefined && licence.isFromElsewhere !== true) {
        throw new ControlError('forbidden', 'Users are named by servers, with a key of their own: leave userId out.');
      }
      const minted = await tokens.mint({ licenceId, keyDigest, ...given({ avatarId, callerId, ...bounds }) });
      if (minted === null) throw new ControlError('wrong-credentials', OPEN_SENTENCES.invalidLicence);
      const { token, expiresAt } = minted;
      await firstSteps.note(licence.projectId, 'embed');
      return reply.code(201).send({ token, expiresAt: expiresAt.toISOString() });
    },
  );
}

/** A call is never longer than a day, but a token is needed at its beginning, and when it goes on after an outage. */
const PLAYGROUND_TOKEN_SECONDS = 3_600;

/** What the playground calls with, so that whoever may talk there need not see a key. It ends with the membership. */
export function registerPlaygroundTokenRoutes(
  scope: ConsoleScope,
  { tokens, admission, licences }: BrowserTokenDependencies & { readonly licences: Pick<LicenceControl, 'digestOf'> },
): void {
  scope.post(
    '/projects/:projectId/avatars/:avatarId/playground-token',
    {
      config: FOR.viewer,
      schema: {
        tags: ['Browser tokens'],
        summary: 'Mint a token with which a member talks with this avatar on pages of this server',
        params: avatarParamsSchema,
        body: createPlaygroundTokenSchema,
        response: { 201: browserTokenSchema },
      },
    },
    async (request, reply) => {
      const { projectId } = projectOf(request);
      const { userId } = personOf(request).user;
      const { avatarId } = request.params;
      const { licenceId } = request.body;
      if ((await admission.findAvatar(projectId, { avatarId })).kind === 'missing') throw notFound('avatar');
      const keyDigest = await licences.digestOf(projectId, licenceId);
      const origin = `${request.protocol}://${request.host}`;
      const lifetimeSeconds = PLAYGROUND_TOKEN_SECONDS;
      const minted = await tokens.mint({ licenceId, keyDigest, avatarId, origin, userId, lifetimeSeconds });
      if (minted === null) throw notFound('key in force');
      return reply.code(201).send({ token: minted.token, expiresAt: minted.expiresAt.toISOString() });
    },
  );
}
