import { browserTokenSchema, createBrowserTokenSchema } from '@visavis/protocol/rest';
import type { AvatarFound } from '../../control/avatars/avatar-catalogue.ts';
import type { BrowserTokens } from '../../control/browser-tokens/browser-tokens.ts';
import { ControlError, notFound } from '../../control/control-error.ts';
import type { FirstSteps } from '../../control/projects/first-steps.ts';
import type { Admission } from '../../ports.ts';
import { FOR } from '../access/access.ts';
import { holderOf } from '../access/principal.ts';
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
      const { avatarId } = request.body;
      if (avatarId !== undefined && (await admission.findAvatar(licence.projectId, { avatarId })).kind === 'missing') {
        throw notFound('avatar');
      }
      const { licenceId, keyDigest } = licence;
      const minted = await tokens.mint({ licenceId, keyDigest, ...given(request.body) });
      if (minted === null) throw new ControlError('wrong-credentials', 'Invalid license');
      const { token, expiresAt } = minted;
      await firstSteps.note(licence.projectId, 'embed');
      return reply.code(201).send({ token, expiresAt: expiresAt.toISOString() });
    },
  );
}
