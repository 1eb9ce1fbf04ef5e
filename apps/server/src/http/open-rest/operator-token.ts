import { openOperatorTokenSchema } from '@visavis/protocol/rest';
import type { FastifyInstance } from 'fastify';
import { BROKER_PATH } from '../../gateway/operator/broker/broker-doors.ts';
import { OPERATOR_TOKEN_SECONDS, type OperatorTokens } from '../../gateway/operator/operator-tokens.ts';
import { FOR } from '../access/access.ts';
import { holderOf } from '../access/principal.ts';
import { registerOpenRoute } from './documented.ts';
import { succeed } from './envelope.ts';

export type OperatorTokenOptions = {
  readonly tokens: Pick<OperatorTokens, 'issue'>;
  readonly topicPrefix: string;
  /** Where operators connect; null: to this server, under the name by which it was asked. */
  readonly brokerUrl: string | null;
};

/** `mqtt/operator-token`: opens the broker to whoever answers in the calls of a project. */
export function registerOperatorToken(scope: FastifyInstance, options: OperatorTokenOptions): void {
  const { tokens, topicPrefix, brokerUrl } = options;
  registerOpenRoute(scope, {
    method: 'POST',
    alsoBy: [],
    url: '/api/open/v1/mqtt/operator-token',
    config: FOR.key,
    summary: 'A token for operators, who answer calls by text',
    answer: openOperatorTokenSchema,
    refuses: [401, 403],
    async handler(request, reply) {
      const { licence } = holderOf(request);
      const { token, projectId, expiresAt } = tokens.issue(licence, new Date());
      const scheme = request.protocol === 'https' ? 'wss' : 'ws';
      reply.header('cache-control', 'no-store');
      return succeed({
        brokerUrl: brokerUrl ?? `${scheme}://${request.host}${BROKER_PATH}`,
        projectId,
        prefix: topicPrefix,
        topicPrefix,
        token,
        username: projectId,
        expiresIn: OPERATOR_TOKEN_SECONDS,
        expiresAt: expiresAt.toISOString(),
      });
    },
  });
}
