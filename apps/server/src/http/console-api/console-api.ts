import rateLimit from '@fastify/rate-limit';
import { REFUSALS } from '@visavis/protocol';
import type { ApiError } from '@visavis/protocol/rest';
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { addressGroup } from '../../control/accounts/attempt-limiter.ts';
import { hashingFor } from '../../control/accounts/password-hash.ts';
import { ControlError, refusal } from '../../control/control-error.ts';
import type { Logger } from '../../ports.ts';
import { guardRoutes } from '../access/guard.ts';
import { type RequestFault, requestFault } from '../request-faults.ts';
import {
  type AccountRouteDependencies,
  type AuditRouteDependencies,
  registerAccountRoutes,
  registerAuditRoutes,
  registerLoginRoutes,
} from './account-routes.ts';
import { type AvatarRouteDependencies, registerAvatarRoutes } from './avatar-routes.ts';
import { type BinRouteDependencies, registerBinRoutes } from './bin-routes.ts';
import {
  type BrowserTokenDependencies,
  registerBrowserTokenRoutes,
  registerPlaygroundTokenRoutes,
} from './browser-token-routes.ts';
import {
  type ConversationRouteDependencies,
  registerChosenConversationRoutes,
  registerConversationRoutes,
} from './conversation-routes.ts';
import { type FirstPageRouteDependencies, registerFirstPageRoutes } from './first-page-routes.ts';
import { type FirstStepRouteDependencies, registerFirstStepRoutes } from './first-step-routes.ts';
import { type GenerationRouteDependencies, registerGenerationRoutes } from './generation-routes.ts';
import { type KnowledgeRouteDependencies, registerKnowledgeRoutes } from './knowledge-routes.ts';
import { type LiveTalkRouteDependencies, registerLiveTalkRoutes, registerSnippetRoutes } from './live-talk-routes.ts';
import { type MachineModelRouteDependencies, registerMachineModelRoutes } from './machine-model-routes.ts';
import { type McpServerRouteDependencies, registerMcpServerRoutes } from './mcp-server-routes.ts';
import {
  type MemberRouteDependencies,
  registerInvitationRoutes,
  registerMemberRoutes,
  registerProjectAuditRoutes,
} from './member-routes.ts';
import { type ProjectRouteDependencies, registerLicenceRoutes, registerProjectRoutes } from './project-routes.ts';
import { type ProjectSecretDependencies, registerProjectSecretRoutes } from './project-secret-routes.ts';
import { refuseForeignOrigin } from './same-origin.ts';
import { registerTalkLinkRoutes, type TalkLinkDependencies } from './talk-link-routes.ts';
import { registerUploadLinkRoutes, type UploadLinkRouteDependencies } from './upload-link-routes.ts';
import { registerUploadRoutes, type UploadRouteDependencies } from './upload-routes.ts';
import {
  registerLedgerSumRoute,
  registerPointRoutes,
  registerUsageRoutes,
  type UsageRouteDependencies,
} from './usage-routes.ts';
import { registerVoiceRoutes, type VoiceRouteDependencies } from './voice-routes.ts';
import { registerVoiceSetupRoutes, type VoiceSetupDependencies } from './voice-setup-routes.ts';
import { registerDeliveryRoutes, registerWebhookRoutes, type WebhookRouteDependencies } from './webhook-routes.ts';

export type ConsoleApiDependencies = AccountRouteDependencies &
  AuditRouteDependencies &
  ProjectRouteDependencies &
  MemberRouteDependencies &
  AvatarRouteDependencies &
  BinRouteDependencies &
  FirstPageRouteDependencies &
  FirstStepRouteDependencies &
  MachineModelRouteDependencies &
  UploadRouteDependencies &
  UploadLinkRouteDependencies &
  UsageRouteDependencies &
  ConversationRouteDependencies &
  WebhookRouteDependencies &
  VoiceRouteDependencies &
  VoiceSetupDependencies &
  TalkLinkDependencies &
  LiveTalkRouteDependencies &
  GenerationRouteDependencies &
  ProjectSecretDependencies &
  McpServerRouteDependencies &
  KnowledgeRouteDependencies &
  BrowserTokenDependencies & { readonly logger: Logger };

/** Requests of one address per minute; a console page needs a handful. */
const REQUESTS_PER_MINUTE = 600;

/** `/api/v1`: what the console uses. Cookie sessions, JSON, refusals as `{ error: { code, message, … } }`. */
export async function registerConsoleApi(app: FastifyInstance, dependencies: ConsoleApiDependencies): Promise<void> {
  await app.register(
    async (instance) => {
      const scope = instance.withTypeProvider<ZodTypeProvider>();
      scope.setValidatorCompiler(validatorCompiler);
      scope.setSerializerCompiler(serializerCompiler);
      registerApiErrors(scope, dependencies.logger);
      await scope.register(rateLimit, {
        max: REQUESTS_PER_MINUTE,
        timeWindow: '1 minute',
        keyGenerator: (request) => addressGroup(request.ip),
        errorResponseBuilder: (_request, context) => {
          const seconds = Math.ceil(context.ttl / 1000);
          return refusal('too-many-attempts', 'too-many-requests', {
            values: { seconds },
            retryAfterSeconds: seconds,
          });
        },
      });
      scope.addHook('onRequest', async (request, reply) => {
        reply.header('cache-control', 'no-store');
        if (!isServerWithKey(request)) refuseForeignOrigin(request);
      });
      scope.addHook('onRequest', (request, _reply, done) => hashingFor(addressGroup(request.ip), done));
      const { accounts, projects, admission } = dependencies;
      guardRoutes(scope, { admission, people: { accounts, projects } });
      registerLoginRoutes(scope, dependencies);
      registerBrowserTokenRoutes(scope, dependencies);
      registerPlaygroundTokenRoutes(scope, dependencies);
      registerAccountRoutes(scope, dependencies);
      registerAuditRoutes(scope, dependencies);
      registerProjectRoutes(scope, dependencies);
      registerLicenceRoutes(scope, dependencies);
      registerMemberRoutes(scope, dependencies);
      registerInvitationRoutes(scope, dependencies);
      registerProjectAuditRoutes(scope, dependencies);
      registerFirstStepRoutes(scope, dependencies);
      registerAvatarRoutes(scope, dependencies);
      registerBinRoutes(scope, dependencies);
      registerTalkLinkRoutes(scope, dependencies);
      registerFirstPageRoutes(scope, dependencies);
      registerMachineModelRoutes(scope, dependencies);
      registerVoiceRoutes(scope, dependencies);
      registerVoiceSetupRoutes(scope, dependencies);
      registerUploadRoutes(scope, dependencies);
      registerUploadLinkRoutes(scope, dependencies);
      registerUsageRoutes(scope, dependencies);
      registerLedgerSumRoute(scope, dependencies);
      registerPointRoutes(scope, dependencies);
      registerConversationRoutes(scope, dependencies);
      registerChosenConversationRoutes(scope, dependencies);
      registerLiveTalkRoutes(scope, dependencies);
      registerSnippetRoutes(scope, dependencies);
      registerWebhookRoutes(scope, dependencies);
      registerDeliveryRoutes(scope, dependencies);
      registerGenerationRoutes(scope, dependencies);
      registerProjectSecretRoutes(scope, dependencies);
      registerMcpServerRoutes(scope, dependencies);
      registerKnowledgeRoutes(scope, dependencies);
    },
    { prefix: '/api/v1' },
  );
}

/** No page, on a route where a cookie counts for nothing: it may send what it likes, a body that is no JSON too. */
function isServerWithKey({ headers, routeOptions }: FastifyRequest): boolean {
  const { access } = routeOptions.config;
  if (access?.kind !== 'licence' || access.keyIn !== 'headers') return false;
  return headers.origin === undefined && headers['sec-fetch-site'] === undefined;
}

function registerApiErrors(scope: FastifyInstance, logger: Logger): void {
  scope.setErrorHandler((error: FastifyError, request, reply) => {
    const fault = requestFault(error);
    if (fault !== null) {
      if (fault.status >= 500 && !(error instanceof ControlError)) {
        logger.error({ path: request.url.split('?', 1)[0], error: error.message }, 'A request was not served');
      }
      if (fault.retryAfterSeconds !== undefined) reply.header('retry-after', fault.retryAfterSeconds);
      return reply.code(fault.status).send(toApiError(fault));
    }
    logger.error({ path: request.url.split('?', 1)[0], error: error.message }, 'A request failed');
    return reply.code(500).send(toApiError({ code: 'failed', message: REFUSALS.failed, told: { reason: 'failed' } }));
  });
}

function toApiError({ code, message, told = {} }: Omit<RequestFault, 'status'>): ApiError {
  return { error: { code, message, ...told } };
}
