import type { Readable } from 'node:stream';
import { LIMITS } from '@visavis/protocol';
import {
  avatarParamsSchema,
  emptySchema,
  knowledgeFileQuerySchema,
  knowledgeFoundSchema,
  knowledgeLinkSchema,
  knowledgeParamsSchema,
  knowledgeSearchSchema,
  knowledgeSourceSchema,
} from '@visavis/protocol/rest';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import type { OwnAvatars } from '../../control/avatars/own-avatars.ts';
import { ControlError, refusal } from '../../control/control-error.ts';
import type { Knowledge } from '../../control/knowledge/knowledge.ts';
import { FOR } from '../access/access.ts';
import { projectOf } from '../access/principal.ts';
import { actorOf, type ConsoleScope } from './session.ts';
import { toWire } from './to-wire.ts';

export type KnowledgeRouteDependencies = {
  readonly avatars: OwnAvatars;
  readonly knowledge: Knowledge;
  readonly audit: AuditLog;
};

const tags = ['Avatars'];
const LIST = '/projects/:projectId/avatars/:avatarId/knowledge';
/** How long a file may take to come. */
const RECEIVE_MS = 60_000;

export function registerKnowledgeRoutes(scope: ConsoleScope, dependencies: KnowledgeRouteDependencies): void {
  registerReading(scope, dependencies);
  registerAdding(scope, dependencies);
  registerFile(scope, dependencies);
}

function registerReading(scope: ConsoleScope, { avatars, knowledge, audit }: KnowledgeRouteDependencies): void {
  const params = avatarParamsSchema;
  scope.get(
    LIST,
    {
      config: FOR.viewer,
      schema: {
        tags,
        summary: 'What an own avatar looks things up in',
        params,
        response: { 200: z.array(knowledgeSourceSchema) },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { avatarId } = await avatars.requireOwn(projectId, request.params.avatarId);
      return (await knowledge.list(projectId, avatarId)).map(toWire);
    },
  );

  scope.get(
    `${LIST}/search`,
    {
      config: FOR.viewer,
      schema: {
        tags,
        summary: 'The passages that the avatar would find',
        params,
        querystring: knowledgeSearchSchema,
        response: { 200: knowledgeFoundSchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { avatarId } = await avatars.requireOwn(projectId, request.params.avatarId);
      return knowledge.find(avatarId, request.query.query);
    },
  );

  scope.delete(
    `${LIST}/:sourceId`,
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Delete a source and all of its text',
        params: knowledgeParamsSchema,
        response: { 200: emptySchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { avatarId, sourceId } = request.params;
      await knowledge.remove(projectId, avatarId, sourceId);
      await audit.write(actorOf(request), { action: 'knowledge.deleted', projectId, subjectId: sourceId });
      return {};
    },
  );
}

function registerAdding(scope: ConsoleScope, { avatars, knowledge, audit }: KnowledgeRouteDependencies): void {
  scope.post(
    '/projects/:projectId/avatars/:avatarId/knowledge-links',
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Fetch a page or a file for an own avatar to look things up in',
        params: avatarParamsSchema,
        body: knowledgeLinkSchema,
        response: { 201: knowledgeSourceSchema },
      },
    },
    async (request, reply) => {
      const { projectId } = projectOf(request);
      const { avatarId } = await avatars.requireOwn(projectId, request.params.avatarId);
      const source = await knowledge.addLink({ projectId, avatarId }, request.body.url);
      await audit.write(actorOf(request), { action: 'knowledge.added', projectId, subjectId: source.sourceId });
      return reply.code(201).send(toWire(source));
    },
  );
}

/** The body is the file. */
function registerFile(parent: ConsoleScope, { avatars, knowledge, audit }: KnowledgeRouteDependencies): void {
  parent.register(async (instance) => {
    const scope = instance.withTypeProvider<ZodTypeProvider>();
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, body, done) => done(null, body));
    scope.post(
      LIST,
      {
        config: { ...FOR.editor, streamsBody: true },
        schema: {
          tags,
          summary: 'Send a text, Markdown, HTML or PDF file as the body, for an own avatar to look things up in',
          params: avatarParamsSchema,
          querystring: knowledgeFileQuerySchema,
          response: { 201: knowledgeSourceSchema },
        },
      },
      async (request, reply) => {
        const { projectId } = projectOf(request);
        const { avatarId } = await avatars.requireOwn(projectId, request.params.avatarId);
        const body = request.body as Readable | undefined;
        if (body === undefined) throw new ControlError('bad-request', 'Send the file as the body of the request.');
        const contentType = request.headers['content-type'] ?? '';
        const file = { name: request.query.name, contentType, receive: () => received(body) };
        const source = await knowledge.add({ projectId, avatarId }, file);
        await audit.write(actorOf(request), { action: 'knowledge.added', projectId, subjectId: source.sourceId });
        return reply.code(201).send(toWire(source));
      },
    );
  });
}

async function received(body: Readable): Promise<Buffer> {
  const timer = setTimeout(
    () => body.destroy(new ControlError('too-slow', 'The file took too long to come.')),
    RECEIVE_MS,
  );
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of body as AsyncIterable<Buffer>) {
      bytes += part.byteLength;
      if (bytes > LIMITS.bytes.knowledgeFile) throw refusal('too-large', 'knowledge-long');
      parts.push(part);
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(parts);
}
