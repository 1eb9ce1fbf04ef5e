import { projectParamsSchema, webhookSecretSchema } from '@visavis/protocol/rest';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import type { CallbackSecrets } from '../../control/webhooks/callback-secrets.ts';
import { FOR } from '../access/access.ts';
import { holderOf, projectOf } from '../access/principal.ts';
import { actorOf, type ConsoleScope } from './session.ts';

export type CallbackSecretDependencies = {
  readonly callbackSecrets: CallbackSecrets;
  readonly audit: AuditLog;
};

const tags = ['Generations'];
const params = projectParamsSchema;
const response = { 200: webhookSecretSchema };

/** What signs the messages to `callbackUrl`: one secret of a project. */
export function registerCallbackSecretRoutes(
  scope: ConsoleScope,
  { callbackSecrets, audit }: CallbackSecretDependencies,
): void {
  const summary = 'The secret that signs what callback addresses of films are told';
  scope.get('/callback-secret', { config: FOR.keyInHeader, schema: { tags, summary, response } }, async (request) => ({
    secret: await callbackSecrets.get(holderOf(request).licence.projectId),
  }));

  scope.post(
    '/projects/:projectId/callback-secret/reveal',
    { config: FOR.editor, schema: { tags, summary, params, response } },
    async (request) => {
      const { projectId } = projectOf(request);
      const secret = await callbackSecrets.get(projectId);
      await audit.write(actorOf(request), { action: 'callback-secret.revealed', projectId, subjectId: projectId });
      return { secret };
    },
  );

  scope.post(
    '/projects/:projectId/callback-secret/renew',
    { config: FOR.editor, schema: { tags, summary: 'Another secret, from now on', params, response } },
    async (request) => {
      const { projectId } = projectOf(request);
      const secret = await callbackSecrets.renew(projectId);
      await audit.write(actorOf(request), { action: 'callback-secret.renewed', projectId, subjectId: projectId });
      return { secret };
    },
  );
}
