import type { FastifyInstance } from 'fastify';
import { FOR } from './access/access.ts';

const FILE = 'navtalk-web-sdk.umd.js';
/** `0.0.13`, as pages of NavTalk name a version, or `latest`. */
const VERSION = ':version(^(?:\\d{1,4}\\.\\d{1,4}\\.\\d{1,4}|latest)$)';

/**
 * The web component under its old name, at every place of a host where published pages load it from, whatever version they name; and at an
 * address of no version.
 */
export function registerNavtalkScript(app: FastifyInstance): void {
  for (const folder of ['', `/${VERSION}`, `/sdk/js/${VERSION}`]) {
    app.get(`${folder}/${FILE}`, { config: FOR.everyone }, (_request, reply) => reply.sendFile(`embed/${FILE}`));
  }
}
