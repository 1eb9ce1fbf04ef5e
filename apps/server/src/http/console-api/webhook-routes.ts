import {
  createdWebhookSchema,
  createWebhookSchema,
  deliveryParamsSchema,
  deliverySchema,
  emptySchema,
  pageOf,
  pageQuerySchema,
  projectParamsSchema,
  updateWebhookSchema,
  webhookParamsSchema,
  webhookSchema,
  webhookSecretSchema,
} from '@visavis/protocol/rest';
import * as z from 'zod';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import type { Delivery, Webhooks } from '../../control/webhooks/webhooks.ts';
import { FOR } from '../access/access.ts';
import { projectOf } from '../access/principal.ts';
import { readCursor } from './cursor.ts';
import { given } from './given.ts';
import { actorOf, type ConsoleScope } from './session.ts';
import { toWire } from './to-wire.ts';

export type WebhookRouteDependencies = {
  readonly webhooks: Webhooks;
  readonly audit: AuditLog;
};

const tags = ['Webhooks'];
const base = '/projects/:projectId/webhooks';
const params = webhookParamsSchema;

export function registerWebhookRoutes(scope: ConsoleScope, dependencies: WebhookRouteDependencies): void {
  const { webhooks, audit } = dependencies;

  scope.get(
    base,
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Webhooks of a project',
        params: projectParamsSchema,
        response: { 200: z.array(webhookSchema) },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      return (await webhooks.list(projectId)).map(toWire);
    },
  );

  scope.post(
    base,
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Add a webhook; the answer shows its secret',
        params: projectParamsSchema,
        body: createWebhookSchema,
        response: { 201: createdWebhookSchema },
      },
    },
    async (request, reply) => {
      const { projectId } = projectOf(request);
      const created = await webhooks.create(projectId, request.body);
      const event = { action: 'webhook.created', projectId, subjectId: created.webhookId };
      await audit.write(actorOf(request), { ...event, detail: { ...request.body } });
      return reply.code(201).send(toWire(created));
    },
  );

  scope.patch(
    `${base}/:webhookId`,
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Change a webhook',
        params,
        body: updateWebhookSchema,
        response: { 200: webhookSchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { webhookId } = request.params;
      const changes = given(request.body);
      const webhook = await webhooks.update(projectId, webhookId, changes);
      await audit.write(actorOf(request), {
        action: 'webhook.updated',
        projectId,
        subjectId: webhookId,
        detail: changes,
      });
      return toWire(webhook);
    },
  );

  scope.delete(
    `${base}/:webhookId`,
    {
      config: FOR.editor,
      schema: { tags, summary: 'Delete a webhook and its log', params, response: { 200: emptySchema } },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { webhookId } = request.params;
      await webhooks.remove(projectId, webhookId);
      await audit.write(actorOf(request), { action: 'webhook.deleted', projectId, subjectId: webhookId });
      return {};
    },
  );

  scope.post(
    `${base}/:webhookId/reveal`,
    {
      config: FOR.editor,
      schema: { tags, summary: 'Show the secret again', params, response: { 200: webhookSecretSchema } },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { webhookId } = request.params;
      const secret = await webhooks.revealSecret(projectId, webhookId);
      await audit.write(actorOf(request), { action: 'webhook.revealed', projectId, subjectId: webhookId });
      return { secret };
    },
  );
}

export function registerDeliveryRoutes(scope: ConsoleScope, dependencies: WebhookRouteDependencies): void {
  const { webhooks } = dependencies;

  scope.post(
    `${base}/:webhookId/test`,
    { config: FOR.editor, schema: { tags, summary: 'Post a test event', params, response: { 202: deliverySchema } } },
    async (request, reply) => {
      const { projectId } = projectOf(request);
      const timestamp = new Date().toISOString();
      const body = JSON.stringify({ event: 'test', session_id: '', role: 'system', timestamp, message: 'Hello!' });
      const delivery = await webhooks.enqueue(projectId, request.params.webhookId, { event: 'test', body });
      return reply.code(202).send(toWireDelivery(delivery));
    },
  );

  scope.get(
    `${base}/:webhookId/deliveries`,
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'What was posted, newest first; kept for 30 days',
        params,
        querystring: pageQuerySchema,
        response: { 200: pageOf(deliverySchema) },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { limit, cursor } = request.query;
      const page = await webhooks.deliveries(projectId, request.params.webhookId, { limit, ...readCursor(cursor) });
      const last = page.deliveries.at(-1);
      return {
        items: page.deliveries.map(toWireDelivery),
        nextCursor: page.hasMore && last !== undefined ? String(last.ordinal) : null,
      };
    },
  );

  scope.get(
    `${base}/:webhookId/deliveries/:deliveryId`,
    {
      config: { ...FOR.editor, readsMuch: true },
      schema: {
        tags,
        summary: 'One of them, with the whole body',
        params: deliveryParamsSchema,
        response: { 200: deliverySchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { webhookId, deliveryId } = request.params;
      return toWireDelivery(await webhooks.delivery(projectId, webhookId, deliveryId));
    },
  );

  scope.post(
    `${base}/:webhookId/deliveries/:deliveryId/resend`,
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Post the same event once more',
        params: deliveryParamsSchema,
        response: { 202: deliverySchema },
      },
    },
    async (request, reply) => {
      const { projectId } = projectOf(request);
      const { webhookId, deliveryId } = request.params;
      return reply.code(202).send(toWireDelivery(await webhooks.resend(projectId, webhookId, deliveryId)));
    },
  );
}

function toWireDelivery({ ordinal: _ordinal, ...delivery }: Delivery) {
  return {
    ...toWire(delivery),
    attempts: delivery.attempts.map(({ answer = null, fault = null, isAnswerKept = true, ...attempt }) => {
      return { ...attempt, answer, fault, isAnswerKept };
    }),
  };
}
