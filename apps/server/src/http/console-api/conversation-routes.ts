import { Readable } from 'node:stream';
import { usageRows } from '@visavis/protocol';
import {
  callerParamsSchema,
  chosenConversationsSchema,
  conversationParamsSchema,
  conversationQuerySchema,
  conversationSchema,
  deletedConversationsSchema,
  emptySchema,
  exportConversationsSchema,
  exportQuerySchema,
  pageOf,
  projectParamsSchema,
  type Transcript,
  transcriptSchema,
} from '@visavis/protocol/rest';
import type { FastifyReply, FastifyRequest } from 'fastify';
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
      config: { ...FOR.viewer, readsMuch: isSearch },
      schema: {
        tags,
        summary: 'Talks, newest first',
        params: projectParamsSchema,
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
      config: { ...FOR.viewer, readsMuch: true },
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
      config: { ...FOR.viewer, readsMuch: true },
      schema: { tags, summary: 'One talk as a file', params, querystring: exportQuerySchema },
    },
    async (request, reply) => {
      const { projectId } = projectOf(request);
      const transcript = await readTranscript(dependencies, projectId, request.params.sessionId);
      const { format } = request.query;
      const name = `conversation-${transcript.startedAt.slice(0, 10)}-${transcript.sessionId.slice(0, 8)}`;
      const file = format === 'text' ? toText(transcript) : JSON.stringify(transcript, null, 2);
      return asFile(reply, name, format).send(file);
    },
  );

  scope.delete(
    `${base}/:sessionId`,
    {
      config: FOR.editor,
      schema: { tags, summary: 'Delete a talk that has ended', params, response: { 200: emptySchema } },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { sessionId } = request.params;
      const conversation = await archive.get(projectId, sessionId);
      if (conversation === null) throw notFound('conversation');
      if ((await archive.remove(projectId, [sessionId])).length === 0) {
        throw refusal('conflict', 'talk-going-on');
      }
      await dependencies.recordings.remove(sessionId);
      await audit.write(actorOf(request), { action: 'conversation.deleted', projectId, subjectId: sessionId });
      return {};
    },
  );
}

/** Many talks at once: those of the project among the given ones; others are left out, as if there were none. */
export function registerChosenConversationRoutes(
  scope: ConsoleScope,
  dependencies: ConversationRouteDependencies,
): void {
  const { archive, audit, recordings } = dependencies;
  const tags = ['Conversations'];
  const params = projectParamsSchema;
  const base = '/projects/:projectId/conversations';
  const remove = async (request: FastifyRequest, sessionIds: readonly string[]) => {
    const { projectId } = projectOf(request);
    const deleted = await archive.remove(projectId, sessionIds);
    const isDeleted = new Set(deleted);
    for (const sessionId of deleted) {
      await recordings.remove(sessionId);
      await audit.write(actorOf(request), { action: 'conversation.deleted', projectId, subjectId: sessionId });
    }
    return { deleted, kept: sessionIds.filter((sessionId) => !isDeleted.has(sessionId)) };
  };

  scope.post(
    `${base}/delete`,
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Delete talks that have ended',
        params,
        body: chosenConversationsSchema,
        response: { 200: deletedConversationsSchema },
      },
    },
    async (request) => remove(request, [...new Set(request.body.sessionIds)]),
  );

  scope.delete(
    '/projects/:projectId/callers/:callerId',
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Forget a person: delete the talks of a `userId` that have ended, with any avatar',
        params: callerParamsSchema,
        response: { 200: deletedConversationsSchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      return remove(request, await archive.idsOfCaller(projectId, request.params.callerId));
    },
  );

  scope.post(
    `${base}/export`,
    {
      config: { ...FOR.viewer, readsMuch: true },
      schema: { tags, summary: 'Talks as one file', params, body: exportConversationsSchema },
    },
    async (request, reply) => {
      const { projectId } = projectOf(request);
      const { sessionIds, format } = request.body;
      const name = `conversations-${new Date().toISOString().slice(0, 10)}`;
      const parts = format === 'text' ? textParts : jsonParts;
      const transcripts = readTranscripts(sessionIds, (sessionId) =>
        request.readInTurn(() => findTranscript(dependencies, projectId, sessionId)),
      );
      // Nothing is read before it is asked for.
      return asFile(reply, name, format).send(Readable.from(parts(transcripts), { highWaterMark: 0 }));
    },
  );
}

/** One after the other, so that no more than one is in memory. */
async function* readTranscripts(
  sessionIds: readonly string[],
  find: (sessionId: string) => Promise<Transcript | null>,
): AsyncGenerator<Transcript> {
  for (const sessionId of new Set(sessionIds)) {
    const transcript = await find(sessionId);
    if (transcript !== null) yield transcript;
  }
}

async function* textParts(transcripts: AsyncIterable<Transcript>): AsyncGenerator<string> {
  for await (const transcript of transcripts) yield `${transcript.sessionId}\n${toText(transcript)}\n`;
}

async function* jsonParts(transcripts: AsyncIterable<Transcript>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const transcript of transcripts) {
    yield before + JSON.stringify(transcript, null, 2);
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

/** Names have letters, digits and dashes only, so that the header cannot be broken out of. */
function asFile(reply: FastifyReply, name: string, format: 'json' | 'text'): FastifyReply {
  const fileName = `${name.replace(/[^\w-]/g, '')}.${format === 'text' ? 'txt' : 'json'}`;
  return reply
    .header('content-disposition', `attachment; filename="${fileName}"`)
    .type(format === 'text' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8');
}

/** What was said is looked through, or all talks are put in order. */
function isSearch({ query }: FastifyRequest): boolean {
  const { text, sort = 'newest' } = query as { readonly text?: string; readonly sort?: string };
  return text !== undefined || sort !== 'newest';
}

async function readTranscript(
  dependencies: ConversationRouteDependencies,
  projectId: string,
  sessionId: string,
): Promise<Transcript> {
  const transcript = await findTranscript(dependencies, projectId, sessionId);
  if (transcript === null) throw notFound('conversation');
  return transcript;
}

async function findTranscript(
  { archive, records, recordings }: Pick<ConversationRouteDependencies, 'archive' | 'records' | 'recordings'>,
  projectId: string,
  sessionId: string,
): Promise<Transcript | null> {
  const found = await archive.get(projectId, sessionId);
  const said = await records.messages(projectId, sessionId);
  const called = await records.toolCalls(projectId, sessionId);
  if (found === null || said === null || called === null) return null;
  const { usage: counted, ...conversation } = found;
  const startedAtMs = conversation.startedAt.getTime();
  const since = (at: Date) => Math.max(0, at.getTime() - startedAtMs);
  const messages = said.map(({ startedAt, sources, ...message }) => ({
    ...toWire(message),
    sources: [...(sources ?? [])],
    offsetMs: since(startedAt ?? message.at),
    endMs: since(message.at),
  }));
  const toolCalls = called.map(({ resultOrdinal: _place, ...call }) => ({
    ...toWire(call),
    offsetMs: since(call.requestedAt),
    durationMs: call.answeredAt === null ? null : Math.max(0, call.answeredAt.getTime() - call.requestedAt.getTime()),
  }));
  const { recordingOffsetMs } = conversation;
  const recordingUrl = await recordings.link(conversation);
  const usage = usageRows(counted);
  return { ...toConversation(conversation), messages, toolCalls, usage, recordingUrl, recordingOffsetMs };
}

function toConversation({ recordingOffsetMs: _offset, recordingFile: _file, ...conversation }: ArchivedConversation) {
  return { ...toWire(conversation), status: STATUSES[conversation.status] ?? 'failed' };
}

function toText({ startedAt, avatarName, messages, toolCalls, rating, ratingText }: Transcript): string {
  const entries = [...messages.map(messageEntry), ...toolCalls.map(toolCallEntry)];
  const lines = entries.sort((one, other) => one.place - other.place).map(({ line }) => line);
  const rated = rating === null ? [] : [`Rated: ${rating}${ratingText === '' ? '' : `, ${ratingText}`}`];
  return `${[`${startedAt} ${avatarName ?? ''}`.trim(), ...rated, '', ...lines].join('\n')}\n`;
}

type TextEntry = { readonly place: number; readonly line: string };

function messageEntry({ messageId, offsetMs, sources, ...said }: Transcript['messages'][number]): TextEntry {
  const { role, text, by, interrupted } = said;
  const cited = sources.length === 0 ? '' : ` [${sources.map(placeOf).join('; ')}]`;
  return {
    place: messageId,
    line: `[${clock(offsetMs)}] ${by ?? role}: ${text}${interrupted ? ' [interrupted]' : ''}${cited}`,
  };
}

function placeOf({ source, page, part }: Transcript['messages'][number]['sources'][number]): string {
  return page === null ? `${source}, part ${part}` : `${source}, page ${page}`;
}

const WITHOUT_RESULT = { open: 'waits for its result', 'timed-out': 'no result in time', unanswered: 'no result' };

function toolCallEntry(call: Transcript['toolCalls'][number]): TextEntry {
  const { ordinal, offsetMs, name, argumentsJson, state, output, durationMs } = call;
  const end =
    state === 'answered'
      ? ` -> ${output ?? ''} [after ${((durationMs ?? 0) / 1000).toFixed(1)} s]`
      : ` [${WITHOUT_RESULT[state]}]`;
  return { place: ordinal, line: `[${clock(offsetMs)}] tool: ${name}(${argumentsJson})${end}` };
}

function clock(offsetMs: number): string {
  const seconds = Math.floor(offsetMs / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}
