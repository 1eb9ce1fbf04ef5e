import { MODELS, VOICES } from '@visavis/protocol';
import type { FastifyInstance } from 'fastify';
import { FOR } from '../access/access.ts';
import { PROVIDER_ID } from './avatar-writes.ts';
import { documented } from './documented.ts';
import { succeed } from './envelope.ts';

const providerName = 'openai';
const PROVIDERS = [{ id: PROVIDER_ID, providerId: PROVIDER_ID, name: 'OpenAIRealtime', providerName }];
const named = (key: 'model' | 'voice', names: readonly string[]) =>
  names.map((name) => ({ id: name, name, [key]: name, providerId: PROVIDER_ID, providerName }));

/** `provider/list`, `model/list` and `voice/list`: what `avatar/add` takes. */
export function registerLists(scope: FastifyInstance): void {
  const lists = { provider: PROVIDERS, model: named('model', MODELS), voice: named('voice', VOICES) };
  for (const [what, items] of Object.entries(lists)) {
    scope.route({
      method: ['GET', 'POST'],
      url: `/api/open/v1/${what}/list`,
      ...documented(FOR.caller, `Which ${what}s there are`, ['providerId']),
      handler: async () => succeed(items),
    });
  }
}
