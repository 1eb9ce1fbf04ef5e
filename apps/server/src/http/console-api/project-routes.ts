import {
  createdLicenceKeySchema,
  createLicenceKeySchema,
  createProjectSchema,
  emptySchema,
  licenceKeySchema,
  licenceParamsSchema,
  projectParamsSchema,
  projectSchema,
  projectWithUsageSchema,
  resetKeySchema,
  revokedKeySchema,
  shownKeySchema,
  updateLicenceKeySchema,
  updateProjectSchema,
} from '@visavis/protocol/rest';
import * as z from 'zod';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import type { LicenceControl } from '../../control/licence-keys/licence-control.ts';
import type { Projects } from '../../control/projects/projects.ts';
import type { UsageReader } from '../../control/quotas/project-usage.ts';
import { FOR } from '../access/access.ts';
import { personOf, projectOf } from '../access/principal.ts';
import { given } from './given.ts';
import { actorOf, type ConsoleScope } from './session.ts';
import { toWire } from './to-wire.ts';

export type ProjectRouteDependencies = {
  readonly projects: Projects;
  readonly licences: LicenceControl;
  readonly audit: AuditLog;
  readonly usageOf: UsageReader;
};

export function registerProjectRoutes(scope: ConsoleScope, dependencies: ProjectRouteDependencies): void {
  const { projects, licences, audit } = dependencies;
  const tags = ['Projects'];
  const params = projectParamsSchema;

  scope.get(
    '/projects',
    { config: FOR.loggedIn, schema: { tags, summary: 'One’s projects', response: { 200: z.array(projectSchema) } } },
    async (request) => (await projects.list(personOf(request).user.userId)).map(toWire),
  );

  scope.post(
    '/projects',
    {
      config: FOR.loggedIn,
      schema: { tags, summary: 'Make a project', body: createProjectSchema, response: { 201: projectSchema } },
    },
    async (request, reply) => {
      const project = await projects.create(personOf(request).user.userId, request.body.name);
      await audit.write(actorOf(request), { action: 'project.created', projectId: project.projectId });
      return reply.code(201).send(toWire(project));
    },
  );

  scope.get(
    '/projects/:projectId',
    {
      config: FOR.viewer,
      schema: {
        tags,
        summary: 'One project, with what it keeps beside what it may keep',
        params,
        response: { 200: projectWithUsageSchema },
      },
    },
    async (request) => {
      const project = projectOf(request);
      return { ...toWire(project), usage: await dependencies.usageOf(project.projectId) };
    },
  );

  scope.patch(
    '/projects/:projectId',
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Change a project',
        params,
        body: updateProjectSchema,
        response: { 200: projectSchema },
      },
    },
    async (request) => {
      const { projectId, role } = projectOf(request);
      const changes = given(request.body);
      const project = await projects.update(projectId, changes);
      await audit.write(actorOf(request), { action: 'project.updated', projectId, detail: changes });
      return { ...toWire(project), role };
    },
  );

  scope.delete(
    '/projects/:projectId',
    {
      config: FOR.owner,
      schema: { tags, summary: 'Delete a project with everything in it', params, response: { 200: emptySchema } },
    },
    async (request) => {
      const { projectId, name } = projectOf(request);
      await licences.revokeAll(projectId);
      await projects.remove(projectId);
      await audit.write(actorOf(request), { action: 'project.deleted', subjectId: projectId, detail: { name } });
      return {};
    },
  );
}

export function registerLicenceRoutes(scope: ConsoleScope, dependencies: ProjectRouteDependencies): void {
  const { licences } = dependencies;
  const tags = ['Licence keys'];
  const params = licenceParamsSchema;

  scope.get(
    '/projects/:projectId/keys',
    {
      config: FOR.viewer,
      schema: {
        tags,
        summary: 'Keys of a project',
        params: projectParamsSchema,
        response: { 200: z.array(licenceKeySchema) },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      return (await licences.list(projectId)).map(toWire);
    },
  );

  scope.post(
    '/projects/:projectId/keys',
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Make a key; the answer shows it',
        params: projectParamsSchema,
        body: createLicenceKeySchema,
        response: { 201: createdLicenceKeySchema },
      },
    },
    async (request, reply) => {
      const { projectId } = projectOf(request);
      const created = await licences.create(actorOf(request), projectId, given(request.body));
      return reply.code(201).send(toWire(created));
    },
  );

  scope.patch(
    '/projects/:projectId/keys/:licenceId',
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Name a key, set its limits',
        params,
        body: updateLicenceKeySchema,
        response: { 200: licenceKeySchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      return toWire(await licences.update(actorOf(request), projectId, request.params.licenceId, given(request.body)));
    },
  );

  scope.post(
    '/projects/:projectId/keys/:licenceId/reveal',
    {
      config: FOR.editor,
      schema: { tags, summary: 'Show a key again, for copying', params, response: { 200: shownKeySchema } },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { licenceId } = request.params;
      return { licenceId, key: await licences.reveal(actorOf(request), projectId, licenceId) };
    },
  );

  scope.post(
    '/projects/:projectId/keys/:licenceId/reset',
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Replace a key at once; ends its live calls',
        params,
        response: { 200: resetKeySchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { licenceId } = request.params;
      return { licenceId, ...(await licences.reset(actorOf(request), projectId, licenceId)) };
    },
  );

  scope.post(
    '/projects/:projectId/keys/:licenceId/revoke',
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Take a key out of force for good; ends its live calls',
        params,
        response: { 200: revokedKeySchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      return licences.revoke(actorOf(request), projectId, request.params.licenceId);
    },
  );
}
