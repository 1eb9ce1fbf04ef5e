import {
  conversationParamsSchema,
  conversationQuerySchema,
  conversationSchema,
  emptySchema,
  exportQuerySchema,
  pageOf,
  projectParamsSchema,
  type Transcript,
  transcriptSchema,
} from '@visavis/protocol/rest';
import type { FastifyRequest } from 'fastify';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import { notFound, refusal } from '../../control/control-error.ts';
import type { ArchivedConversation, ConversationArchive } from '../../control/conversations/conversation-archive.ts';
import type { ConversationRecords } from '../../control/conversations/conversation-records.ts';
import type { Recordings } from '../../control/recordings/recordings.ts';
import { FOR } from '../access/access.ts';
import { projectOf } from '../access/principal.ts';
import { given } from './given.ts';
import { actorOf, type ConsoleScope } from './session.ts';
import { toWire } from './to-wire.ts';

export type ConversationRouteDependencies = {
  readonly archive: ConversationArchive;
  readonly records: ConversationRecords;
  readonly audit: AuditLog;
  readonly recordings: Recordings;
};

const STATUSES = ['active', 'completed', 'failed'] as const;

export function registerConversationRoutes(scope: ConsoleScope, dependencies: ConversationRouteDependencies): void {
  const { archive, audit } = dependencies;
  const tags = ['Conversations'];
  const params = conversationParamsSchema;
  const base = '/projects/:projectId/conversations';

  scope.get(
    base,
    {
      config: { ...FOR.member, readsMuch: isSearch },
      schema: {
        ...{ tags, summary: 'Talks, newest first', params: projectParamsSchema },
        querystring: conversationQuerySchema,
        response: { 200: pageOf(conversationSchema) },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { from, to, status, ...query } = given(request.query);
      const page = await archive.list(projectId, {
        ...query,
        ...(from === undefined ? {} : { from: new Date(from) }),
        ...(to === undefined ? {} : { to: new Date(to) }),
        ...(status === undefined ? {} : { status: STATUSES.indexOf(status) }),
      });
      return { items: page.conversations.map(toConversation), nextCursor: page.nextCursor };
    },
  );

  scope.get(
    `${base}/:sessionId`,
    {
      config: { ...FOR.member, readsMuch: true },
      schema: { tags, summary: 'One talk with all that was said', params, response: { 200: transcriptSchema } },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      return readTranscript(dependencies, projectId, request.params.sessionId);
    },
  );

  scope.get(
    `${base}/:sessionId/export`,
    {
      config: { ...FOR.member, readsMuch: true },
      schema: { tags, summary: 'One talk as a file', params, querystring: exportQuerySchema },
    },
    async (request, reply) => {
      const { projectId } = projectOf(request);
      const transcript = await readTranscript(dependencies, projectId, request.params.sessionId);
      const isText = request.query.format === 'text';
      const name = `conversation-${transcript.startedAt.slice(0, 10)}-${transcript.sessionId.slice(0, 8)}`;
      // Only letters, digits and dashes, so that the header cannot be broken out of.
      const fileName = `${name.replace(/[^\w-]/g, '')}.${isText ? 'txt' : 'json'}`;
      return reply
        .header('content-disposition', `attachment; filename="${fileName}"`)
        .type(isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8')
        .send(isText ? toText(transcript) : JSON.stringify(transcript, null, 2));
    },
  );

  scope.delete(
    `${base}/:sessionId`,
    {
      config: FOR.member,
      schema: { tags, summary: 'Delete a talk that has ended', params, response: { 200: emptySchema } },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { sessionId } = request.params;
      const conversation = await archive.get(projectId, sessionId);
      if (conversation === null) throw notFound('conversation');
      if (!(await archive.remove(projectId, sessionId))) {
        throw refusal('conflict', 'talk-going-on');
      }
      await dependencies.recordings.remove(sessionId);
      await audit.write(actorOf(request), { action: 'conversation.deleted', projectId, subjectId: sessionId });
      return {};
    },
  );
}

/** What was said is looked through. */
function isSearch({ query }: FastifyRequest): boolean {
  return (query as { readonly text?: string }).text !== undefined;
}

async function readTranscript(
  { archive, records, recordings }: Pick<ConversationRouteDependencies, 'archive' | 'records' | 'recordings'>,
  projectId: string,
  sessionId: string,
): Promise<Transcript> {
  const conversation = await archive.get(projectId, sessionId);
  const said = await records.messages(projectId, sessionId);
  if (conversation === null || said === null) throw notFound('conversation');
  const startedAtMs = conversation.startedAt.getTime();
  const messages = said.map((message) => ({
    ...toWire(message),
    offsetMs: Math.max(0, message.at.getTime() - startedAtMs),
  }));
  return { ...toConversation(conversation), messages, recordingUrl: await recordings.link(conversation) };
}

function toConversation(conversation: ArchivedConversation) {
  return { ...toWire(conversation), status: STATUSES[conversation.status] ?? 'failed' };
}

function toText({ startedAt, avatarName, messages }: Transcript): string {
  const lines = messages.map(({ offsetMs, role, text, interrupted }) => {
    const seconds = Math.floor(offsetMs / 1000);
    const clock = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
    return `[${clock}] ${role}: ${text}${interrupted ? ' [interrupted]' : ''}`;
  });
  return `${[`${startedAt} ${avatarName ?? ''}`.trim(), '', ...lines].join('\n')}\n`;
}
