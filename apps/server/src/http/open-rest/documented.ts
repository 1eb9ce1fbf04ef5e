import { filled, REFUSALS } from '@visavis/protocol';
import { openAnswerOf, openRefusalOf } from '@visavis/protocol/rest';
import type { FastifyContextConfig, FastifyInstance, RouteHandlerMethod } from 'fastify';
import * as z from 'zod';
import { DEFAULT_QUOTAS } from '../../control/quotas/quota-names.ts';
import { HOLDER_REFUSALS } from '../access/guard.ts';
import { OPEN_SENTENCES } from './envelope.ts';

/** What is said of each parameter, and what stands for it in examples. */
const PARAMETERS: Readonly<Record<string, readonly [description: string, example: string]>> = {
  apikey: ['The same as `license`.', ''],
  avatarId: ['32 hexadecimal digits.', '7c9e6679a4b04d1f8e3a52c0d1b7f604'],
  id: ['Of the avatar: 32 hexadecimal digits.', '7c9e6679a4b04d1f8e3a52c0d1b7f604'],
  avatar: ['Id or name.', 'navtalk.Leo'],
  name: ['Of the avatar.', 'Mia'],
  url: ['Address of a picture, or of the picture of an avatar here.', 'https://example.org/mia.jpg'],
  fromAvatarId: ['An avatar that is copied, in place of `url`.', ''],
  taskId: ['From `generateLoopVideo`.', '165424863209813541893720651846120938452'],
  jobId: ['From `avatar/add`.', '7c9e6679a4b04d1f8e3a52c0d1b7f604'],
  sessionId: ['32 hexadecimal digits.', '1f0e9d8c7b6a59483726150493827160'],
  providerId: ['From `provider/list`; there is one.', '1'],
  model: ['From `model/list`.', 'gpt-realtime'],
  voice: ['From `voice/list`.', 'marin'],
  language: ['A tag like `en-US`.', 'en-US'],
  firstMessage: ['What it greets with.', 'Welcome! How can I help you?'],
  prompt: ['What it is told.', 'You are the receptionist of a small hotel.'],
  startTime: ['UTC, `yyyy-MM-dd HH:mm:ss`.', '2026-05-01 00:00:00'],
  endTime: ['UTC, `yyyy-MM-dd HH:mm:ss`.', '2026-05-02 00:00:00'],
  status: ['0 active, 1 completed, 2 failed.', '1'],
  limit: ['1 to 100, default 20.', '20'],
  talkKey: [
    'Key of one talk, for the demo key: `realtime.session.created` has it for clients that connect with `visavis=1`.',
    '',
  ],
  rating: ['`up` or `down`.', 'up'],
  text: ['In words: of a rating up to 1,000 characters, to be said up to 10,000.', 'We close in ten minutes.'],
  utteranceId: ['Of the text to be said, up to 120 characters; made up where none is given.', 'closing-time'],
  interruptible: ['`false`: the user does not interrupt it by speaking.', 'true'],
  mode: ['`queue`: behind what is being said; `replace`: in place of it.', 'queue'],
  ratingKey: ['Of the call: `realtime.session.created` has it for clients that connect with `visavis=1`.', ''],
  userInput: ['What the user asked for.', 'Goodbye.'],
  chatId: ['Of the talk; not read.', ''],
  cursor: ['`nextCursor` of the page before.', ''],
};

/** When a route refuses, and in which words, for example. */
const REFUSED = {
  400: OPEN_SENTENCES.noAvatarId,
  401: OPEN_SENTENCES.invalidLicence,
  403: HOLDER_REFUSALS['public-key'],
  404: OPEN_SENTENCES.noAvatar,
  409: filled(REFUSALS['avatars-full'], { limit: DEFAULT_QUOTAS.avatarsPerProject }),
  429: REFUSALS['reading-already'],
  501: REFUSALS['no-making'],
} as const;
type Refusal = keyof typeof REFUSED;

type OpenRoute = {
  readonly method: 'GET' | 'POST';
  /** Other ways in which published clients ask for the same. */
  readonly alsoBy?: readonly ('POST' | 'DELETE')[];
  readonly url: string;
  /** Another address of the same, which published clients know. */
  readonly alsoAt?: string;
  readonly config: FastifyContextConfig;
  readonly summary: string;
  /** Parameters without which it does nothing. */
  readonly needs?: readonly string[];
  readonly takes?: readonly string[];
  /** Its data; or the whole answer, where that holds more than an envelope. */
  readonly answer: z.ZodType;
  readonly isWholeAnswer?: boolean;
  readonly refuses: readonly Refusal[];
  readonly handler: RouteHandlerMethod;
};

/**
 * A route of the open interface, once in the reference however clients ask. What the schema says is for the reference only: these
 * routes read parameters wherever a client puts them, and check them themselves.
 */
export function registerOpenRoute(scope: FastifyInstance, route: OpenRoute): void {
  const { method, alsoBy = [], url, alsoAt, config, summary, needs = [], takes = [], answer, handler } = route;
  const body = method === 'POST' ? z.object(fieldsOf(needs, takes)) : undefined;
  const querystring = method === 'GET' ? z.looseObject(fieldsOf(needs, takes)) : undefined;
  const refusals = route.refuses.map((status) => [status, openRefusalOf(status, REFUSED[status])]);
  const schema = {
    tags: ['Open REST'],
    summary,
    description: otherWays(alsoBy, alsoAt),
    ...(body === undefined ? {} : { body }),
    ...(querystring === undefined ? {} : { querystring }),
    response: { 200: route.isWholeAnswer ? answer : openAnswerOf(answer), ...Object.fromEntries(refusals) },
  };
  scope.route({ method, url, config, schema, handler });
  for (const other of alsoBy) scope.route({ method: other, url, config, schema: { hide: true }, handler });
  if (alsoAt === undefined) return;
  scope.route({ method: [method, ...alsoBy], url: alsoAt, config, schema: { hide: true }, handler });
}

function fieldsOf(needs: readonly string[], takes: readonly string[]): Record<string, z.ZodType> {
  const field = (name: string) => {
    const [description, example] = PARAMETERS[name] ?? ['', ''];
    const text = z.string().meta({ description, ...(example === '' ? {} : { examples: [example] }) });
    return [name, needs.includes(name) ? text : text.optional()] as const;
  };
  return Object.fromEntries([...needs, ...takes].map(field));
}

function otherWays(alsoBy: OpenRoute['alsoBy'] = [], alsoAt?: string): string {
  const ways = [...alsoBy.map((method) => `\`${method}\``), ...(alsoAt === undefined ? [] : [`at \`${alsoAt}\``])];
  const parameters = 'Parameters may stand in the query, in a JSON body or in a form.';
  return ways.length === 0 ? parameters : `The same by ${ways.join(' and ')}. ${parameters}`;
}
