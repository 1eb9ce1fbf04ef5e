import { openToolResultSchema } from '@visavis/protocol/rest';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FOR } from '../access/access.ts';
import { registerOpenRoute } from './documented.ts';

/** No tool runs here: the model is told that its call has arrived, and goes on. There is nothing in it to be read out. */
const RESULT = JSON.stringify({ status: 'noted' });

/**
 * Samples of NavTalk's first protocol send every call of a tool here, and pass the plain text that they get on to the model as its
 * result. Without an answer they send none, and the talk would wait.
 */
export function registerHostedTools(scope: FastifyInstance): void {
  registerOpenRoute(scope, {
    method: 'POST',
    url: '/api/realtime_function_call',
    config: FOR.caller,
    summary: 'A result for any tool, as plain text, for clients that have none',
    takes: ['userInput', 'chatId'],
    answer: openToolResultSchema,
    isWholeAnswer: true,
    refuses: [401],
    handler: async (_request: FastifyRequest, reply: FastifyReply) =>
      reply.type('text/plain; charset=utf-8').send(RESULT),
  });
}
