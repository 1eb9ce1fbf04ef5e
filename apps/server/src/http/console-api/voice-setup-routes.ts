import {
  createVoiceKeySchema,
  emptySchema,
  listedVoiceSchema,
  projectParamsSchema,
  serverModelSchema,
  triedPartSchema,
  tryPartSchema,
  useServerModelSchema,
  voiceKeyParamsSchema,
  voiceKeySchema,
} from '@visavis/protocol/rest';
import * as z from 'zod';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import { notFound } from '../../control/control-error.ts';
import type { VoiceKeys } from '../../control/voices/voice-keys.ts';
import type { VoiceTrials } from '../../control/voices/voice-trials.ts';
import { FOR } from '../access/access.ts';
import { projectOf } from '../access/principal.ts';
import { given } from './given.ts';
import { actorOf, type ConsoleScope } from './session.ts';
import { toWire } from './to-wire.ts';

export type VoiceSetupDependencies = {
  readonly voiceKeys: VoiceKeys;
  readonly voiceTrials: VoiceTrials;
  readonly serverVoice: {
    list(): z.output<typeof serverModelSchema>[];
    use(choice: z.output<typeof useServerModelSchema>['model']): Promise<boolean>;
  };
  /** What avatars may name, with what may be set of it. */
  readonly voiceCatalogue: readonly z.output<typeof listedVoiceSchema>[];
  readonly audit: AuditLog;
};

const tags = ['Voices'];
/** Trials of one address per minute: each asks a service. */
const TRIALS_PER_MINUTE = 20;

/** What avatars may hear, think and speak with, and the keys for it. */
export function registerVoiceSetupRoutes(scope: ConsoleScope, dependencies: VoiceSetupDependencies): void {
  const { voiceKeys, voiceTrials, voiceCatalogue, audit } = dependencies;

  scope.get(
    '/voice-catalogue',
    {
      config: FOR.loggedIn,
      schema: {
        tags,
        summary: 'Voices, recognisers, thinkers and speakers that avatars may name, with their options',
        response: { 200: z.array(listedVoiceSchema) },
      },
    },
    async () => [...voiceCatalogue],
  );

  scope.get(
    '/projects/:projectId/voice-keys',
    {
      config: FOR.viewer,
      schema: {
        tags,
        summary: 'Keys of the project at services for voices, each by its last characters alone',
        params: projectParamsSchema,
        response: { 200: z.array(voiceKeySchema) },
      },
    },
    async (request) => (await voiceKeys.list(projectOf(request).projectId)).map(toWire),
  );

  scope.post(
    '/projects/:projectId/voice-keys',
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Keep a key for one service; it is kept encrypted, never shown again, and sent to that service alone',
        params: projectParamsSchema,
        body: createVoiceKeySchema,
        response: { 201: voiceKeySchema },
      },
    },
    async (request, reply) => {
      const { projectId } = projectOf(request);
      const key = await voiceKeys.create(projectId, request.body);
      const detail = { name: key.name, origin: key.origin };
      await audit.write(actorOf(request), { action: 'voice-key.created', projectId, subjectId: key.keyId, detail });
      return reply.code(201).send(toWire(key));
    },
  );

  scope.delete(
    '/projects/:projectId/voice-keys/:keyId',
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Forget a key; avatars that use it need another one',
        params: voiceKeyParamsSchema,
        response: { 200: emptySchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { keyId: subjectId, name, origin } = await voiceKeys.remove(projectId, request.params.keyId);
      await audit.write(actorOf(request), {
        action: 'voice-key.deleted',
        projectId,
        subjectId,
        detail: { name, origin },
      });
      return {};
    },
  );

  scope.post(
    '/projects/:projectId/voice-trials',
    {
      config: { ...FOR.editor, rateLimit: { max: TRIALS_PER_MINUTE, timeWindow: '1 minute' } },
      schema: {
        tags,
        summary: 'Ask a voice, recogniser, thinker or speaker one short thing, and hear why it does not answer',
        params: projectParamsSchema,
        body: tryPartSchema,
        response: { 200: triedPartSchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { slot, part } = request.body;
      return voiceTrials.run(projectId, slot, given(part));
    },
  );

  registerServerModelRoutes(scope, dependencies);
}

function registerServerModelRoutes(scope: ConsoleScope, { serverVoice, audit }: VoiceSetupDependencies): void {
  const response = { 200: z.array(serverModelSchema) };
  const summary = 'Language models that programs on the machine of the server offer';
  scope.get('/operator/models', { config: FOR.operator, schema: { tags, summary, response } }, async () =>
    serverVoice.list(),
  );

  scope.put(
    '/operator/models',
    {
      config: FOR.operator,
      schema: {
        tags,
        summary: 'Let one of them answer for the built-in avatars, or none; calls that start from now on have it',
        body: useServerModelSchema,
        response,
      },
    },
    async (request) => {
      const { model } = request.body;
      if (!(await serverVoice.use(model))) throw notFound('model');
      const detail = { model: model?.model ?? null };
      await audit.write(actorOf(request), { action: 'server-voice.changed', detail });
      return serverVoice.list();
    },
  );
}
