import type { FastifyContextConfig } from 'fastify';
import * as z from 'zod';

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  license: 'Licence key or browser token; also read from the header `license` and from a JSON body.',
  apikey: 'The same as `license`.',
  avatarId: '32 hexadecimal digits.',
  avatar: 'Id or name.',
  startTime: 'UTC, `yyyy-MM-dd HH:mm:ss`.',
  endTime: 'UTC, `yyyy-MM-dd HH:mm:ss`.',
  status: '0 active, 1 completed, 2 failed.',
  limit: '1 to 100, default 20.',
  talkKey:
    'Key of one talk, for the demo key: `realtime.session.created` has it for clients that connect with `visavis=1`.',
  cursor: '`nextCursor` of the page before.',
};

/** For the reference only: these routes read parameters wherever a client puts them, and check them themselves. */
export function documented(config: FastifyContextConfig, summary: string, parameters: readonly string[]) {
  const fields = [...new Set(['license', ...parameters])].map((name) => {
    const text = z.string().optional();
    const description = DESCRIPTIONS[name];
    return [name, description === undefined ? text : text.describe(description)] as const;
  });
  const querystring = z.looseObject(Object.fromEntries(fields));
  return { config, schema: { tags: ['Open REST'], summary, querystring } };
}
