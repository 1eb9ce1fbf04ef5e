import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';

const DESCRIPTION = `Two interfaces on one server.

**/api/v1** is what the console uses: log in, then the session cookie counts. Refusals are \`{ "error": { "code", "message" } }\`.

**/api/open/v1**, **/api/chat** and **/api/webrtc** take a licence key in the query (\`license\` or \`apikey\`), in a header
\`license\` or in the JSON body, and answer \`{ "code", "message", "data" }\` to pages of every origin.`;

/** The page sets styles in place. Nothing on it comes from another host. */
const PAGE_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** `GET /openapi.json`, made from the routes' schemas, and a page to read and try it at `/reference`. Before the routes. */
export async function registerApiReference(app: FastifyInstance, version: string): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Visavis', version, description: DESCRIPTION, license: { name: 'Apache-2.0' } },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'visavis.session_token' },
          license: { type: 'apiKey', in: 'query', name: 'license' },
        },
      },
    },
    transform: jsonSchemaTransform,
    hideUntagged: true,
  });
  app.get('/openapi.json', (_request, reply) => reply.header('access-control-allow-origin', '*').send(app.swagger()));
  await app.register(fastifySwaggerUi, { routePrefix: '/reference', staticCSP: PAGE_POLICY });
}
