import { projectParamsSchema, webhookSecretSchema } from '@visavis/protocol/rest';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import type { ProjectSecrets } from '../../control/webhooks/project-secrets.ts';
import { FOR } from '../access/access.ts';
import { holderOf, projectOf } from '../access/principal.ts';
import { actorOf, type ConsoleScope } from './session.ts';

export type ProjectSecretDependencies = {
  readonly callbackSecrets: ProjectSecrets;
  readonly toolSecrets: ProjectSecrets;
  readonly audit: AuditLog;
};

const params = projectParamsSchema;
const response = { 200: webhookSecretSchema };

/** What signs the messages to `callbackUrl`, and what asks tools at web addresses: one secret of a project each. */
export function registerProjectSecretRoutes(scope: ConsoleScope, dependencies: ProjectSecretDependencies): void {
  const { callbackSecrets } = dependencies;
  const ofFilms = {
    name: 'callback-secret' as const,
    summary: 'The secret that signs what callback addresses of films are told',
  };
  const tags = ['Generations'];
  const schema = { tags, summary: ofFilms.summary, response };
  scope.get('/callback-secret', { config: FOR.keyInHeader, schema }, async (request) => ({
    secret: await callbackSecrets.get(holderOf(request).licence.projectId),
  }));
  registerSecret(scope, dependencies, { ...ofFilms, tags, secrets: callbackSecrets });
  registerSecret(scope, dependencies, {
    name: 'tool-secret',
    summary: 'The secret that signs what tools with a web address are asked',
    tags: ['Avatars'],
    secrets: dependencies.toolSecrets,
  });
}

type Secret = {
  readonly name: 'callback-secret' | 'tool-secret';
  readonly summary: string;
  readonly tags: string[];
  readonly secrets: ProjectSecrets;
};

function registerSecret(
  scope: ConsoleScope,
  { audit }: ProjectSecretDependencies,
  { name, summary, tags, secrets }: Secret,
): void {
  scope.post(
    `/projects/:projectId/${name}/reveal`,
    { config: FOR.editor, schema: { tags, summary, params, response } },
    async (request) => {
      const { projectId } = projectOf(request);
      const secret = await secrets.get(projectId);
      await audit.write(actorOf(request), { action: `${name}.revealed`, projectId, subjectId: projectId });
      return { secret };
    },
  );

  scope.post(
    `/projects/:projectId/${name}/renew`,
    { config: FOR.editor, schema: { tags, summary: 'Another secret, from now on', params, response } },
    async (request) => {
      const { projectId } = projectOf(request);
      const secret = await secrets.renew(projectId);
      await audit.write(actorOf(request), { action: `${name}.renewed`, projectId, subjectId: projectId });
      return { secret };
    },
  );
}
