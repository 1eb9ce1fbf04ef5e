import { MODELS, VOICES } from '@visavis/protocol';
import { openModelsSchema, openProvidersSchema, openVoicesSchema } from '@visavis/protocol/rest';
import type { FastifyInstance } from 'fastify';
import { FOR } from '../access/access.ts';
import { PROVIDER_ID } from './avatar-writes.ts';
import { registerOpenRoute } from './documented.ts';
import { succeed } from './envelope.ts';

const providerName = 'openai';
const PROVIDERS = [{ id: PROVIDER_ID, providerId: PROVIDER_ID, name: 'OpenAIRealtime', providerName }];
const named = (key: 'model' | 'voice', names: readonly string[]) =>
  names.map((name) => ({ id: name, name, [key]: name, providerId: PROVIDER_ID, providerName }));

/** `provider/list`, `model/list` and `voice/list`: what `avatar/add` takes. */
export function registerLists(scope: FastifyInstance): void {
  const lists = [
    ['provider', PROVIDERS, openProvidersSchema],
    ['model', named('model', MODELS), openModelsSchema],
    ['voice', named('voice', VOICES), openVoicesSchema],
  ] as const;
  for (const [what, items, answer] of lists) {
    registerOpenRoute(scope, {
      method: 'GET',
      alsoBy: ['POST'],
      url: `/api/open/v1/${what}/list`,
      config: FOR.caller,
      summary: `Which ${what}s there are`,
      takes: ['providerId'],
      answer,
      refuses: [401],
      handler: async () => succeed(items),
    });
  }
}
