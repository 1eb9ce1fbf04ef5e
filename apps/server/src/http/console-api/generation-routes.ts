import { LIMITS } from '@visavis/protocol';
import {
  createGenerationSchema,
  emptySchema,
  type Generation,
  generationEstimateSchema,
  generationParamsSchema,
  generationSchema,
  pageOf,
  pageQuerySchema,
  projectGenerationParamsSchema,
  projectParamsSchema,
} from '@visavis/protocol/rest';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { FilmEstimates } from '../../control/films/film-estimates.ts';
import type { FilmStanding, Films } from '../../control/films/films.ts';
import { toPoints } from '../../control/usage/points.ts';
import type { Admission } from '../../ports.ts';
import { FOR } from '../access/access.ts';
import { holderOf, projectOf } from '../access/principal.ts';
import { goneOf } from '../gone.ts';
import { type FieldNames, originOf, readFilmOrder } from '../read-film-order.ts';
import { readCursor } from './cursor.ts';
import type { ConsoleScope } from './session.ts';

export type GenerationRouteDependencies = {
  /** Null: no films are made here. */
  readonly films: Films | null;
  readonly estimates: FilmEstimates | null;
  readonly admission: Pick<Admission, 'findAvatar'>;
};

const NAMES: FieldNames = {
  videoUrl: 'videoUrl',
  imageUrl: 'imageUrl',
  avatar: 'avatar',
  audioUrl: 'audioUrl',
  audioBase64: 'audioBase64',
  text: 'text',
  segments: 'segments',
  syncMode: 'syncMode',
  originalVolume: 'originalVolume',
  callbackUrl: 'callbackUrl',
};

/** Whose films these are: with a key in a header, or for members of a project. */
const BY_KEY = {
  base: '',
  reads: FOR.keyInHeader,
  writes: FOR.keyInHeader,
  all: z.object({}),
  one: generationParamsSchema,
  who: (request: FastifyRequest) => holderOf(request).licence,
} as const;
const BY_MEMBER = {
  base: '/projects/:projectId',
  reads: FOR.viewer,
  writes: FOR.editor,
  all: projectParamsSchema,
  one: projectGenerationParamsSchema,
  who: (request: FastifyRequest) => ({ projectId: projectOf(request).projectId, licenceId: '' }),
} as const;

/** Films that are ordered: once for keys, and once for members of a project. */
export function registerGenerationRoutes(
  scope: ConsoleScope,
  { films, estimates, admission }: GenerationRouteDependencies,
): void {
  if (films === null || estimates === null) return;
  for (const door of [BY_KEY, BY_MEMBER]) {
    registerOrder(scope, { films, admission }, door);
    registerEstimate(scope, { estimates, admission }, door);
    registerReads(scope, films, door);
    registerEnds(scope, films, door);
  }
}

type Door = typeof BY_KEY | typeof BY_MEMBER;
const tags = ['Generations'];

function registerOrder(
  scope: ConsoleScope,
  { films, admission }: { readonly films: Films; readonly admission: Pick<Admission, 'findAvatar'> },
  { base, writes, who, all: params }: Door,
): void {
  const { filmOrder } = LIMITS.bytes;
  scope.post(
    `${base}/generations`,
    {
      config: { ...writes, bodyBytes: filmOrder },
      bodyLimit: filmOrder,
      schema: {
        tags,
        params,
        body: createGenerationSchema,
        response: { 201: generationSchema },
        summary: 'Order a film: a clip, a photo or an avatar that says a sound or a text',
        headers: z.object({
          'idempotency-key': z
            .string()
            .max(LIMITS.characters.parameter)
            .optional()
            .meta({ description: 'The same order under the same key is one film.' }),
        }),
      },
    },
    async (request, reply) => {
      const { projectId, licenceId } = who(request);
      const findAvatar = admission.findAvatar.bind(admission);
      const given = { ...request.body, idempotencyKey: request.headers['idempotency-key'] || undefined };
      const reading = { projectId, licenceId, names: NAMES, findAvatar, origin: originOf(request) };
      const order = await readFilmOrder(given, reading);
      const { filmId } = await films.order(order);
      return reply.code(201).send(toGeneration(await films.standing(projectId, filmId), films, request));
    },
  );
}

function registerEstimate(
  scope: ConsoleScope,
  { estimates, admission }: { readonly estimates: FilmEstimates; readonly admission: Pick<Admission, 'findAvatar'> },
  { base, writes, who, all: params }: Door,
): void {
  const { filmOrder } = LIMITS.bytes;
  scope.post(
    `${base}/generations/estimate`,
    {
      config: { ...writes, bodyBytes: filmOrder },
      bodyLimit: filmOrder,
      schema: {
        tags,
        params,
        body: createGenerationSchema,
        response: { 200: generationEstimateSchema },
        summary: 'How long the film of an order would be, and what it would cost; nothing is ordered',
      },
    },
    async (request, reply) => {
      const { projectId, licenceId } = who(request);
      const findAvatar = admission.findAvatar.bind(admission);
      const reading = { projectId, licenceId, names: NAMES, findAvatar, origin: originOf(request) };
      const order = await readFilmOrder(request.body, reading);
      const { durationMs, ...estimate } = await estimates.estimate(order, goneOf(reply));
      return { seconds: durationMs / 1000, ...estimate };
    },
  );
}

function registerReads(scope: ConsoleScope, films: Films, { base, reads, who, all, one }: Door): void {
  scope.get(
    `${base}/generations`,
    {
      config: reads,
      schema: {
        tags,
        summary: 'Films, newest first',
        params: all,
        querystring: pageQuerySchema,
        response: { 200: pageOf(generationSchema) },
      },
    },
    async (request) => {
      const { projectId } = who(request);
      const { limit, cursor } = request.query;
      const page = await films.list(projectId, { limit, ...readCursor(cursor) });
      const last = page.films.at(-1);
      return {
        items: page.films.map((film) => toGeneration(film, films, request)),
        nextCursor: page.hasMore && last !== undefined ? String(last.ordinal) : null,
      };
    },
  );

  scope.get(
    `${base}/generations/:generationId`,
    { config: reads, schema: { tags, summary: 'A film', params: one, response: { 200: generationSchema } } },
    async (request) => {
      const film = await films.standing(who(request).projectId, request.params.generationId);
      return toGeneration(film, films, request);
    },
  );
}

function registerEnds(scope: ConsoleScope, films: Films, { base, writes, who, one: params }: Door): void {
  scope.post(
    `${base}/generations/:generationId/cancel`,
    {
      config: writes,
      schema: {
        tags,
        summary: 'Stop a film; one that is over stays as it is',
        params,
        response: { 200: generationSchema },
      },
    },
    async (request) => {
      const { projectId } = who(request);
      await films.cancel(projectId, request.params.generationId);
      return toGeneration(await films.standing(projectId, request.params.generationId), films, request);
    },
  );

  scope.delete(
    `${base}/generations/:generationId`,
    {
      config: writes,
      schema: { tags, summary: 'Delete a film, with its file', params, response: { 200: emptySchema } },
    },
    async (request) => {
      await films.remove(who(request).projectId, request.params.generationId);
      return {};
    },
  );
}

function callbackOf({ hasCallback, callbackState }: FilmStanding): Generation['callback'] {
  if (!hasCallback) return null;
  return callbackState === 'running' ? 'waiting' : (callbackState ?? 'unsent');
}

function toGeneration(film: FilmStanding, films: Films, request: FastifyRequest): Generation {
  const { picture, sound, options } = film.request;
  const [link, preview] = [films.link(film), films.previewLink(film)];
  const { state, progress, step, queuePosition, secondsLeft, widthPx, heightPx, bytes, errorCode, error } = film;
  return {
    generationId: film.filmId,
    state,
    progress,
    step,
    queuePosition,
    secondsLeft,
    widthPx,
    heightPx,
    bytes,
    videoUrl: link === null ? null : originOf(request) + link,
    seconds: film.durationMs / 1000,
    points: toPoints(film.charged),
    previewUrl: preview === null ? null : originOf(request) + preview,
    callback: callbackOf(film),
    failure: error === null ? null : { code: errorCode ?? '', message: error },
    picture: {
      kind: picture.kind,
      url: 'url' in picture ? picture.url : null,
      avatarId: 'avatarId' in picture ? picture.avatarId : null,
    },
    sound: soundOf(sound),
    options,
    createdAt: film.createdAt.toISOString(),
    startedAt: film.startedAt?.toISOString() ?? null,
    finishedAt: film.finishedAt?.toISOString() ?? null,
  };
}

function soundOf(sound: FilmStanding['request']['sound']): Generation['sound'] {
  const { text = null, voice = null, language = null } = sound.kind === 'text' ? sound : {};
  return { kind: sound.kind, url: sound.kind === 'url' ? sound.url : null, text, voice, language };
}
