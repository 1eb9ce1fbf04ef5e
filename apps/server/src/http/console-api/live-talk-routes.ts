import { isRoleEnough } from '@visavis/protocol';
import {
  emptySchema,
  liveTalkParamsSchema,
  liveTalksQuerySchema,
  liveTalksSchema,
  operatorAnswerSchema,
  projectParamsSchema,
  snippetsSchema,
} from '@visavis/protocol/rest';
import type { FastifyReply } from 'fastify';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import { refusal } from '../../control/control-error.ts';
import type { AnswerSnippets } from '../../control/projects/snippets.ts';
import type { LiveTalks } from '../../ports.ts';
import { FOR } from '../access/access.ts';
import { projectOf } from '../access/principal.ts';
import { actorOf, type ConsoleScope } from './session.ts';
import { toWire } from './to-wire.ts';

export type LiveTalkRouteDependencies = {
  /** Left out: nobody answers in place of avatars. */
  readonly liveTalks?: LiveTalks;
  readonly snippets: AnswerSnippets;
  readonly audit: AuditLog;
};

/** Shorter than what proxies wait for an answer. */
const CHANGE_WAIT_MS = 15_000;
/** For whoever finds too many others waiting. */
const RETRY_AFTER_SECONDS = 5;
const tags = ['Live talks'];

/** The talks that go on, and what members say in them in place of the avatar. */
export function registerLiveTalkRoutes(scope: ConsoleScope, dependencies: LiveTalkRouteDependencies): void {
  const { liveTalks, audit } = dependencies;
  if (liveTalks === undefined) return;
  const base = '/projects/:projectId/live-talks';

  scope.get(
    base,
    {
      config: FOR.viewer,
      schema: {
        tags,
        summary: 'Talks that go on, with what is said in them',
        params: projectParamsSchema,
        querystring: liveTalksQuerySchema,
        response: { 200: liveTalksSchema },
      },
    },
    async (request, reply) => {
      const { projectId, role } = projectOf(request);
      if (isRoleEnough(role, 'editor')) liveTalks.notePage(projectId);
      const { version } = request.query;
      if (version !== undefined && !(await liveTalks.changed(projectId, version, CHANGE_WAIT_MS, whenGone(reply)))) {
        throw refusal('overloaded', 'followers-full', { retryAfterSeconds: RETRY_AFTER_SECONDS });
      }
      const { talks, ...list } = liveTalks.list(projectId);
      return { ...list, talks: talks.map((talk) => ({ ...toWire(talk), lines: [...talk.lines] })) };
    },
  );

  const changes = [
    ['take-over', 'Answer in place of the avatar', 'conversation.taken-over', 'takeOver'],
    ['give-back', 'Let the avatar answer again', 'conversation.given-back', 'giveBack'],
  ] as const;
  for (const [name, summary, action, change] of changes) {
    scope.post(
      `${base}/:sessionId/${name}`,
      { config: FOR.editor, schema: { tags, summary, params: liveTalkParamsSchema, response: { 200: emptySchema } } },
      async (request) => {
        const { projectId } = projectOf(request);
        const { sessionId } = request.params;
        const outcome = liveTalks[change](projectId, sessionId);
        if (outcome === 'gone') throw refusal('not-found', 'talk-over');
        if (outcome === 'impossible') throw refusal('conflict', 'voice-cannot-answer');
        if (outcome === 'changed') await audit.write(actorOf(request), { action, projectId, subjectId: sessionId });
        return {};
      },
    );
  }

  scope.post(
    `${base}/:sessionId/answers`,
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Say this in place of the avatar, which it takes over',
        params: liveTalkParamsSchema,
        body: operatorAnswerSchema,
        response: { 200: emptySchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { sessionId } = request.params;
      const outcome = liveTalks.answer(projectId, sessionId, request.body.text);
      if (outcome === 'gone') throw refusal('not-found', 'talk-over');
      if (outcome === 'busy') throw refusal('conflict', 'answers-waiting');
      if (outcome === 'taken-over') {
        await audit.write(actorOf(request), { action: 'conversation.taken-over', projectId, subjectId: sessionId });
      }
      return {};
    },
  );
}

export function registerSnippetRoutes(
  scope: ConsoleScope,
  { snippets }: Pick<LiveTalkRouteDependencies, 'snippets'>,
): void {
  const params = projectParamsSchema;
  const path = '/projects/:projectId/snippets';
  scope.get(
    path,
    {
      config: FOR.viewer,
      schema: { tags, summary: 'Answers to choose from', params, response: { 200: snippetsSchema } },
    },
    async (request) => ({ snippets: [...(await snippets.get(projectOf(request).projectId))] }),
  );
  scope.put(
    path,
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Set the answers to choose from',
        params,
        body: snippetsSchema,
        response: { 200: snippetsSchema },
      },
    },
    async (request) => ({
      snippets: [...(await snippets.set(projectOf(request).projectId, request.body.snippets))],
    }),
  );
}

/** Nobody waits for the answer any more. */
function whenGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
