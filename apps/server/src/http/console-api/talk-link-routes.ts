import { avatarParamsSchema, createTalkLinkSchema, talkLinkSchema } from '@visavis/protocol/rest';
import type { BrowserTokens } from '../../control/browser-tokens/browser-tokens.ts';
import { notFound, refusal } from '../../control/control-error.ts';
import type { LicenceControl } from '../../control/licence-keys/licence-control.ts';
import { hashLicenceKey } from '../../control/licence-keys/licence-key.ts';
import type { Admission } from '../../ports.ts';
import { FOR } from '../access/access.ts';
import { projectOf } from '../access/principal.ts';
import { actorOf, type ConsoleScope } from './session.ts';

export type TalkLinkDependencies = {
  readonly licences: LicenceControl;
  readonly tokens: Pick<BrowserTokens, 'mint'>;
  readonly admission: Pick<Admission, 'findAvatar'>;
};

const SECONDS_PER_HOUR = 3_600;

/**
 * A talk link is a licence key of its own, whose limits, use and end are those of keys, with one token that opens one avatar for
 * pages of this server. The key itself is in no link.
 */
export function registerTalkLinkRoutes(
  scope: ConsoleScope,
  { licences, tokens, admission }: TalkLinkDependencies,
): void {
  scope.post(
    '/projects/:projectId/avatars/:avatarId/talk-links',
    {
      config: FOR.editor,
      schema: {
        tags: ['Talk links'],
        summary: 'Make a link by which whoever has it talks with this avatar, within limits and for a time',
        params: avatarParamsSchema,
        body: createTalkLinkSchema,
        response: { 201: talkLinkSchema },
      },
    },
    async (request, reply) => {
      const { projectId } = projectOf(request);
      const { avatarId } = request.params;
      const { name, lifetimeHours, maxConcurrentCalls, maxMinutesPerDay } = request.body;
      if ((await admission.findAvatar(projectId, { avatarId })).kind === 'missing') throw notFound('avatar');
      const origin = `${request.protocol}://${request.host}`;
      const limits = { maxConcurrentCalls, maxMinutesPerDay, allowedOrigins: [origin] };
      /** Where this fails, the key is withdrawn with the links that are over: it has no token. */
      const withdraw = (licenceId: string) =>
        licences.revoke(actorOf(request), projectId, licenceId).catch(() => undefined);
      const { licenceId, key } = await licences.createForLink(actorOf(request), projectId, { name, ...limits });
      const keyDigest = hashLicenceKey(key).toString('hex');
      const lifetimeSeconds = lifetimeHours * SECONDS_PER_HOUR;
      const minted = await tokens
        .mint({ licenceId, keyDigest, lifetimeSeconds, avatarId, origin })
        .catch(async (error: unknown) => {
          await withdraw(licenceId);
          throw error;
        });
      if (minted === null) {
        await withdraw(licenceId);
        throw refusal('conflict', 'link-withdrawn');
      }
      // Behind the #, which browsers send nowhere: not to this server's log, and to no other page.
      const path = `/talk/${avatarId}#${minted.token}`;
      return reply.code(201).send({ licenceId, path, expiresAt: minted.expiresAt.toISOString() });
    },
  );
}
