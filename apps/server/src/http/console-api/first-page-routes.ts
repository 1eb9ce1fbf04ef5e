import { firstPageAvatarSchema, showOnFirstPageSchema } from '@visavis/protocol/rest';
import * as z from 'zod';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import type { FirstPage, FirstPageAvatar } from '../../control/avatars/first-page.ts';
import { FOR } from '../access/access.ts';
import { pictureUrls } from './avatar-routes.ts';
import { actorOf, type ConsoleScope } from './session.ts';

export type FirstPageRouteDependencies = {
  readonly firstPage: FirstPage;
  readonly audit: AuditLog;
};

export function registerFirstPageRoutes(scope: ConsoleScope, { firstPage, audit }: FirstPageRouteDependencies): void {
  const tags = ['Operator'];
  const response = { 200: z.array(firstPageAvatarSchema) };

  scope.get(
    '/operator/first-page',
    {
      config: FOR.operator,
      schema: { tags, summary: 'Avatars of the first page in their order, then those that could be there', response },
    },
    async () => (await firstPage.list()).map(toWire),
  );

  scope.put(
    '/operator/first-page',
    {
      config: FOR.operator,
      schema: {
        tags,
        summary: 'Show these avatars on the first page, in this order; each appears once it is ready',
        body: showOnFirstPageSchema,
        response,
      },
    },
    async (request) => {
      const { avatarIds } = request.body;
      await firstPage.show(avatarIds);
      await audit.write(actorOf(request), { action: 'first-page.changed', detail: { avatars: avatarIds.length } });
      return (await firstPage.list()).map(toWire);
    },
  );
}

function toWire({ avatar, isShown }: FirstPageAvatar) {
  const { avatarId, name, title, isSystem, state } = avatar;
  const { thumbnailUrl } = pictureUrls(avatar);
  return { avatarId, name, title, isSystem, state, thumbnailUrl, isShown };
}
