import fastifySwagger from '@fastify/swagger';
import type { ProjectRole } from '@visavis/protocol';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { type Access, FOR, type LicenceHolder } from './access/access.ts';
import { completeDocument, type OpenApiDocument } from './reference/complete-document.ts';
import { registerReferencePage } from './reference/reference-page.ts';

const DESCRIPTION = `Two interfaces on one server.

**/api/v1** is what the console uses: log in, then the session cookie counts. Refusals are \`{ "error": { "code", "message" } }\`.

**/api/open/v1**, **/api/chat** and **/api/webrtc** take a licence key in the query (\`license\` or \`apikey\`), in a header
\`license\` or in the JSON body, and answer \`{ "code", "message", "data" }\` to pages of every origin.`;

/** `GET /openapi.json`, made from the routes' schemas, and a page to read and try it at `/reference`. Before the routes. */
export async function registerApiReference(app: FastifyInstance, version: string): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Visavis', version, description: DESCRIPTION, license: { name: 'Apache-2.0' } },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'visavis.session_token' },
          license: { type: 'apiKey', in: 'header', name: 'license' },
        },
      },
    },
    transform: (input) => {
      const { schema, url } = jsonSchemaTransform(input);
      const access = input.route.config?.access;
      if (access === undefined) return { schema, url };
      const { security, description: forWhom } = describeAccess(access);
      const description = [forWhom, schema?.description].filter(Boolean).join(' ');
      return { schema: { ...schema, security, ...(description === '' ? {} : { description }) }, url };
    },
    transformObject: (document) =>
      'openapiObject' in document ? (completeDocument(document.openapiObject as OpenApiDocument) as object) : document,
    hideUntagged: true,
  });
  // Made once, before anybody talks: writing it out holds up everything else. All answers that wait share these bytes.
  let description: Buffer | undefined;
  const describeOnce = (): Buffer => {
    description ??= Buffer.from(JSON.stringify(app.swagger()));
    return description;
  };
  app.addHook('onListen', async () => {
    describeOnce();
  });
  app.get('/openapi.json', { config: FOR.everyone }, (_request, reply) =>
    reply.header('access-control-allow-origin', '*').type('application/json; charset=utf-8').send(describeOnce()),
  );
  await registerReferencePage(app);
}

const MEMBERS: Readonly<Record<ProjectRole | 'operator', string>> = {
  viewer: 'For all members of the project: viewers, editors and owners.',
  editor: 'For editors and owners of the project.',
  owner: 'For owners of the project.',
  operator: 'For operators in the project.',
};

const HOLDERS: Readonly<Record<LicenceHolder, string>> = {
  key: 'licence keys',
  token: 'browser tokens',
  'public-key': 'the demo key',
};

/** Who may call a route, as the reference shows it. */
function describeAccess(access: Access): { security: Readonly<Record<string, string[]>>[]; description?: string } {
  switch (access.kind) {
    case 'everyone':
    case 'signed-link':
    case 'call':
      return { security: [] };
    case 'licence': {
      const security = access.isOptional ? [{}, { license: [] }] : [{ license: [] }];
      return { security, description: `For ${access.of.map((holder) => HOLDERS[holder]).join(', ')}.` };
    }
    case 'logged-in':
      return { security: [{ session: [] }] };
    case 'operator':
      return { security: [{ session: [] }], description: 'For operators.' };
    case 'project':
      return {
        security: [{ session: [] }],
        description: MEMBERS[access.role],
      };
  }
}
