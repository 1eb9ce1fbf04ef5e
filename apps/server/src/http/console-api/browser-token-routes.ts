import { browserTokenSchema, createBrowserTokenSchema } from '@visavis/protocol/rest';
import type { FastifyRequest } from 'fastify';
import type { AvatarFound } from '../../control/avatars/avatar-catalogue.ts';
import { type BrowserTokens, isBrowserToken } from '../../control/browser-tokens/browser-tokens.ts';
import { ControlError, notFound } from '../../control/control-error.ts';
import type { Admission } from '../../ports.ts';
import { given } from './given.ts';
import type { ConsoleScope } from './session.ts';

export type BrowserTokenDependencies = {
  readonly tokens: BrowserTokens;
  readonly admission: {
    findLicence: Admission['findLicence'];
    findAvatar(projectId: string, query: { avatarId?: string }): Promise<Pick<AvatarFound, 'kind'>>;
  };
};

/** Minting is for servers that hold a key: no cookie, no other origin's page. */
export function registerBrowserTokenRoutes(scope: ConsoleScope, { tokens, admission }: BrowserTokenDependencies): void {
  scope.post(
    '/browser-tokens',
    {
      schema: {
        tags: ['Browser tokens'],
        summary: 'Mint a short-lived token from a licence key (header `Authorization: Bearer KEY` or `license: KEY`)',
        body: createBrowserTokenSchema,
        response: { 201: browserTokenSchema },
      },
    },
    async (request, reply) => {
      const key = readKey(request);
      const licence =
        key === null || isBrowserToken(key)
          ? null
          : await admission.findLicence(key, { origin: request.headers.origin, host: request.host });
      if (licence === null) throw new ControlError('wrong-credentials', 'The license key is missing or unknown.');
      const { avatarId } = request.body;
      if (avatarId !== undefined && (await admission.findAvatar(licence.projectId, { avatarId })).kind === 'missing') {
        throw notFound('avatar');
      }
      const { token, expiresAt } = await tokens.mint({ licenceId: licence.licenceId, ...given(request.body) });
      return reply.code(201).send({ token, expiresAt: expiresAt.toISOString() });
    },
  );
}

function readKey({ headers }: FastifyRequest): string | null {
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  const { license } = headers;
  return bearer ?? (typeof license === 'string' && license !== '' ? license : null);
}
