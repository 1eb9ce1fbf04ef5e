import { openMessagesSchema, openSessionPageSchema, openSessionSchema } from '@visavis/protocol/rest';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ControlError } from '../../control/control-error.ts';
import type { ConversationRecords } from '../../control/conversations/conversation-records.ts';
import type { TalkKeys } from '../../ports.ts';
import { FOR } from '../access/access.ts';
import { holderOf } from '../access/principal.ts';
import { registerOpenRoute } from './documented.ts';
import { fail, readParameter, succeed } from './envelope.ts';

type Record = NonNullable<Awaited<ReturnType<ConversationRecords['get']>>>;
type Message = NonNullable<Awaited<ReturnType<ConversationRecords['allAsMessages']>>>[number];

type ChatRecordOptions = {
  readonly recordingLink?: (talk: Record) => Promise<string | null>;
  /** Left out: a public key opens no record. */
  readonly talkKeys?: Pick<TalkKeys, 'opens'>;
};

/** `GET /api/chat/sessions`, `/sessions/:id` and `/messages`: what was said in calls, for the customer's own systems. */
export function registerChatRecords(
  scope: FastifyInstance,
  records: ConversationRecords,
  { recordingLink = async () => null, talkKeys }: ChatRecordOptions,
): void {
  /** A public key is everyone's: with it a talk is opened by the key of that talk alone. */
  const requireOwnTalk = (request: FastifyRequest, sessionId: string): void => {
    if (holderOf(request).kind === 'key') return;
    const talkKey = readParameter(request, 'talkKey') ?? '';
    if (talkKeys?.opens(sessionId, talkKey) !== true) {
      throw new ControlError(
        'forbidden',
        'The demo key opens your own talk only: add talkKey as realtime.session.created gave it (connect with visavis=1).',
      );
    }
  };

  const describe = async (request: FastifyRequest, record: Record) => {
    const link = await recordingLink(record);
    return toSession(record, link === null ? null : `${request.protocol}://${request.host}${link}`);
  };

  const list = async (request: FastifyRequest, reply: FastifyReply) => {
    const { projectId } = holderOf(request).licence;
    const range = readRange(request);
    const status = readWhole(request, 'status', 0, 2);
    const limit = readWhole(request, 'limit', 1, 100);
    if (range === 'wrong' || status === 'wrong' || limit === 'wrong') {
      return fail(reply, 400, 'Times are UTC, like 2026-01-31 12:00:00; status is 0, 1 or 2; limit is 1 to 100.');
    }
    const cursor = readParameter(request, 'cursor');
    try {
      const page = await records.list({
        projectId,
        ...range,
        ...(status === undefined ? {} : { status }),
        ...(limit === undefined ? {} : { limit }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      const { nextCursor } = page;
      return succeed({
        data: await Promise.all(page.conversations.map((record) => describe(request, record))),
        cursor: nextCursor,
        nextCursor,
        hasMore: nextCursor !== null,
      });
    } catch (error) {
      if (error instanceof RangeError) return fail(reply, 400, 'The cursor is unknown.');
      throw error;
    }
  };

  const detail = async (request: FastifyRequest, reply: FastifyReply) => {
    const { projectId } = holderOf(request).licence;
    const sessionId = (request.params as { id: string }).id.replaceAll('\u0000', '');
    requireOwnTalk(request, sessionId);
    const record = await records.get(projectId, sessionId);
    return record === null ? fail(reply, 404, 'Session not found') : succeed(await describe(request, record));
  };

  const messages = async (request: FastifyRequest, reply: FastifyReply) => {
    const { projectId } = holderOf(request).licence;
    const sessionId = readParameter(request, 'sessionId', 'session_id', 'id');
    if (sessionId === undefined) return fail(reply, 400, 'Give the session as sessionId.');
    requireOwnTalk(request, sessionId);
    const range = readRange(request);
    if (range === 'wrong') return fail(reply, 400, 'Times are UTC, like 2026-01-31 12:00:00.');
    const found = await records.allAsMessages(projectId, sessionId, range);
    if (found === null) return fail(reply, 404, 'Session not found');
    return succeed({ data: found.map((message) => toMessage(sessionId, message)) });
  };

  const times = ['startTime', 'endTime'];
  registerOpenRoute(scope, {
    method: 'GET',
    url: '/api/chat/sessions',
    config: FOR.key,
    summary: 'Sessions, oldest first',
    takes: ['apikey', ...times, 'status', 'limit', 'cursor'],
    answer: openSessionPageSchema,
    refuses: [400, 401, 403],
    handler: list,
  });
  registerOpenRoute(scope, {
    method: 'GET',
    url: '/api/chat/sessions/:id',
    config: FOR.keyOrOwnTalk,
    summary: 'One session',
    takes: ['apikey', 'talkKey'],
    answer: openSessionSchema,
    refuses: [401, 403, 404],
    handler: detail,
  });
  registerOpenRoute(scope, {
    method: 'GET',
    url: '/api/chat/messages',
    config: { ...FOR.keyOrOwnTalk, readsMuch: true },
    summary: 'What was said',
    needs: ['sessionId'],
    takes: ['apikey', 'talkKey', ...times],
    answer: openMessagesSchema,
    refuses: [400, 401, 403, 404, 429],
    handler: messages,
  });
}

/** `yyyy-MM-dd HH:mm:ss`, UTC. */
function toClientTime(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}

const CLIENT_TIME = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.\d+)?Z?$/;

function readTime(request: FastifyRequest, name: string): Date | undefined | 'wrong' {
  const text = readParameter(request, name);
  if (text === undefined) return undefined;
  const parts = CLIENT_TIME.exec(text);
  if (parts === null) return 'wrong';
  const time = new Date(`${parts[1]}T${parts[2]}Z`);
  // Days that no month has become days of the next one.
  const isReal = !Number.isNaN(time.getTime()) && toClientTime(time) === `${parts[1]} ${parts[2]}`;
  return isReal ? time : 'wrong';
}

function readRange(request: FastifyRequest): { from?: Date; to?: Date } | 'wrong' {
  const [from, to] = [readTime(request, 'startTime'), readTime(request, 'endTime')];
  if (from === 'wrong' || to === 'wrong') return 'wrong';
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function readWhole(request: FastifyRequest, name: string, min: number, max: number): number | undefined | 'wrong' {
  const text = readParameter(request, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  return Number.isInteger(value) && value >= min && value <= max ? value : 'wrong';
}

function toSession(
  { sessionId, avatarId, status, startedAt, endedAt, rating, ratingText }: Record,
  videoUrl: string | null,
) {
  return {
    id: sessionId,
    sessionId,
    avatarId,
    status,
    startTime: toClientTime(startedAt),
    endTime: endedAt === null ? null : toClientTime(endedAt),
    videoUrl,
    rating,
    ratingText,
  };
}

function toMessage(sessionId: string, { messageId, role, text, at, interrupted }: Message) {
  return { id: String(messageId), sessionId, role, text, content: text, createTime: toClientTime(at), interrupted };
}
