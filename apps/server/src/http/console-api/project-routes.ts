import {
  createdLicenceKeySchema,
  createLicenceKeySchema,
  createProjectSchema,
  emptySchema,
  licenceKeySchema,
  licenceParamsSchema,
  projectParamsSchema,
  projectSchema,
  resetKeySchema,
  revokedKeySchema,
  shownKeySchema,
  updateLicenceKeySchema,
  updateProjectSchema,
} from '@visavis/protocol/rest';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import type { LicenceControl } from '../../control/licence-keys/licence-control.ts';
import type { Project, Projects } from '../../control/projects/projects.ts';
import { given } from './given.ts';
import { actorOf, type ConsoleScope, loggedInOf } from './session.ts';
import { toWire } from './to-wire.ts';

export type ProjectRouteDependencies = {
  readonly projects: Projects;
  readonly licences: LicenceControl;
  readonly audit: AuditLog;
};

/** Every route of a project calls this first: whoever is no member learns nothing, not even that it exists. */
export function requireProject(projects: Projects, request: FastifyRequest, projectId: string): Promise<Project> {
  return projects.get(loggedInOf(request).user.userId, projectId);
}

export function registerProjectRoutes(scope: ConsoleScope, dependencies: ProjectRouteDependencies): void {
  const { projects, licences, audit } = dependencies;
  const tags = ['Projects'];
  const params = projectParamsSchema;

  scope.get(
    '/projects',
    { schema: { tags, summary: 'One’s projects', response: { 200: z.array(projectSchema) } } },
    async (request) => (await projects.list(loggedInOf(request).user.userId)).map(toWire),
  );

  scope.post(
    '/projects',
    { schema: { tags, summary: 'Make a project', body: createProjectSchema, response: { 201: projectSchema } } },
    async (request, reply) => {
      const project = await projects.create(loggedInOf(request).user.userId, request.body.name);
      await audit.write(actorOf(request), { action: 'project.created', projectId: project.projectId });
      return reply.code(201).send(toWire(project));
    },
  );

  scope.get(
    '/projects/:projectId',
    { schema: { tags, summary: 'One project', params, response: { 200: projectSchema } } },
    async (request) => toWire(await requireProject(projects, request, request.params.projectId)),
  );

  scope.patch(
    '/projects/:projectId',
    {
      schema: {
        tags,
        summary: 'Change a project',
        params,
        body: updateProjectSchema,
        response: { 200: projectSchema },
      },
    },
    async (request) => {
      const { projectId } = await requireProject(projects, request, request.params.projectId);
      const changes = given(request.body);
      const project = await projects.update(projectId, changes);
      await audit.write(actorOf(request), { action: 'project.updated', projectId, detail: changes });
      return toWire(project);
    },
  );

  scope.delete(
    '/projects/:projectId',
    { schema: { tags, summary: 'Delete a project with everything in it', params, response: { 200: emptySchema } } },
    async (request) => {
      const { projectId, name } = await requireProject(projects, request, request.params.projectId);
      await licences.revokeAll(projectId);
      await projects.remove(projectId);
      await audit.write(actorOf(request), { action: 'project.deleted', subjectId: projectId, detail: { name } });
      return {};
    },
  );
}

export function registerLicenceRoutes(scope: ConsoleScope, dependencies: ProjectRouteDependencies): void {
  const { projects, licences } = dependencies;
  const tags = ['Licence keys'];
  const params = licenceParamsSchema;

  scope.get(
    '/projects/:projectId/keys',
    {
      schema: {
        tags,
        summary: 'Keys of a project',
        params: projectParamsSchema,
        response: { 200: z.array(licenceKeySchema) },
      },
    },
    async (request) => {
      const { projectId } = await requireProject(projects, request, request.params.projectId);
      return (await licences.list(projectId)).map(toWire);
    },
  );

  scope.post(
    '/projects/:projectId/keys',
    {
      schema: {
        tags,
        summary: 'Make a key; the answer shows it',
        params: projectParamsSchema,
        body: createLicenceKeySchema,
        response: { 201: createdLicenceKeySchema },
      },
    },
    async (request, reply) => {
      const { projectId } = await requireProject(projects, request, request.params.projectId);
      const created = await licences.create(actorOf(request), projectId, given(request.body));
      return reply.code(201).send(toWire(created));
    },
  );

  scope.patch(
    '/projects/:projectId/keys/:licenceId',
    {
      schema: {
        tags,
        summary: 'Name a key, set its limits',
        params,
        body: updateLicenceKeySchema,
        response: { 200: licenceKeySchema },
      },
    },
    async (request) => {
      const { projectId } = await requireProject(projects, request, request.params.projectId);
      return toWire(await licences.update(actorOf(request), projectId, request.params.licenceId, given(request.body)));
    },
  );

  scope.post(
    '/projects/:projectId/keys/:licenceId/reveal',
    { schema: { tags, summary: 'Show a key again, for copying', params, response: { 200: shownKeySchema } } },
    async (request) => {
      const { projectId } = await requireProject(projects, request, request.params.projectId);
      const { licenceId } = request.params;
      return { licenceId, key: await licences.reveal(actorOf(request), projectId, licenceId) };
    },
  );

  scope.post(
    '/projects/:projectId/keys/:licenceId/reset',
    {
      schema: {
        tags,
        summary: 'Replace a key at once; ends its live calls',
        params,
        response: { 200: resetKeySchema },
      },
    },
    async (request) => {
      const { projectId } = await requireProject(projects, request, request.params.projectId);
      const { licenceId } = request.params;
      return { licenceId, ...(await licences.reset(actorOf(request), projectId, licenceId)) };
    },
  );

  scope.post(
    '/projects/:projectId/keys/:licenceId/revoke',
    {
      schema: {
        tags,
        summary: 'Take a key out of force for good; ends its live calls',
        params,
        response: { 200: revokedKeySchema },
      },
    },
    async (request) => {
      const { projectId } = await requireProject(projects, request, request.params.projectId);
      return licences.revoke(actorOf(request), projectId, request.params.licenceId);
    },
  );
}
