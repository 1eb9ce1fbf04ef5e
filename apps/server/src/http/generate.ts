import { LIMITS } from '@visavis/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ControlError } from '../control/control-error.ts';
import { CANCELLED, toTaskId } from '../control/films/film-callbacks.ts';
import type { FilmEstimate, FilmEstimates } from '../control/films/film-estimates.ts';
import type { FilmStanding, Films } from '../control/films/films.ts';
import type { Admission } from '../ports.ts';
import { FOR } from './access/access.ts';
import { guardRoutes } from './access/guard.ts';
import { holderOf } from './access/principal.ts';
import { parseTolerantBody } from './bounded-body.ts';
import { readGiven, readSettings } from './generate-settings.ts';
import { goneOf } from './gone.ts';
import { readParameter, readText } from './open-rest/envelope.ts';
import { type FieldNames, type GivenOrder, originOf, readFilmOrder } from './read-film-order.ts';
import { requestFault } from './request-faults.ts';

export type GenerateDependencies = {
  readonly films: Pick<Films, 'order' | 'standing' | 'link' | 'previewLink' | 'callbackSecret'>;
  readonly estimates: Pick<FilmEstimates, 'estimate'>;
  readonly admission: Pick<Admission, 'findLicence' | 'findAvatar'>;
};

const NAMES: FieldNames = {
  videoUrl: 'video_url',
  imageUrl: 'image_url',
  avatar: 'character_name',
  audioUrl: 'audio_url',
  audioBase64: 'audio_base64',
  text: 'content',
  segments: 'segments',
  syncMode: 'sync_mode',
  originalVolume: 'original_volume',
  callbackUrl: 'callback_url',
};

/** As NavTalk's clients know them. */
const STATUS = {
  waiting: 'started',
  running: 'processing',
  done: 'done',
  failed: 'failed',
  cancelled: 'failed',
} as const;

/** `POST /generate` and `/query_status`: films as NavTalk's clients order them. What is wrong is said in `message`. */
export function registerGenerate(app: FastifyInstance, { films, estimates, admission }: GenerateDependencies): void {
  app.register(async (scope) => {
    registerErrors(scope);
    scope.removeAllContentTypeParsers();
    // How long a body may be, its route says.
    scope.addContentTypeParser('*', { parseAs: 'string' }, async (_request: FastifyRequest, body: string) =>
      parseTolerantBody(body),
    );
    for (const url of ['/generate', '/query_status']) {
      scope.options(url, { config: FOR.everyone }, (_request, reply) => reply.code(204).send());
    }
    guardRoutes(scope, { admission });

    const { filmOrder } = LIMITS.bytes;
    const config = { ...FOR.key, bodyBytes: filmOrder };
    scope.post('/generate', { config, bodyLimit: filmOrder, schema: { hide: true } }, async (request, reply) => {
      const { projectId, licenceId } = holderOf(request).licence;
      const findAvatar = admission.findAvatar.bind(admission);
      const reading = { projectId, licenceId, names: NAMES, findAvatar, origin: originOf(request) };
      const order = await readFilmOrder(readFields(request), reading);
      if (isEstimate(request)) return toEstimate(await estimates.estimate(order, goneOf(reply)));
      const { filmId } = await films.order(order);
      const secret = order.callback === undefined ? null : await films.callbackSecret(projectId);
      return {
        status: 'started',
        task_id: toTaskId(filmId),
        ...(secret === null ? {} : { callback_secret: secret }),
      };
    });

    scope.route({
      method: ['GET', 'POST'],
      url: '/query_status',
      config: FOR.key,
      schema: { hide: true },
      async handler(request) {
        const taskId = readParameter(request, 'task_id', 'taskId');
        if (taskId === undefined) throw new ControlError('bad-request', 'Give the task as task_id.');
        const filmId = taskId.toLowerCase().replaceAll('-', '');
        const film = await films.standing(holderOf(request).licence.projectId, filmId);
        const preview = absolute(request, films.previewLink(film));
        return {
          ...toStatus(film, absolute(request, films.link(film))),
          ...(preview === null ? {} : { preview_url: preview }),
        };
      },
    });
  });
}

function registerErrors(scope: FastifyInstance): void {
  scope.setErrorHandler((error: Error, _request, reply: FastifyReply) => {
    const fault = requestFault(error);
    if (fault === null) throw error;
    if (fault.retryAfterSeconds !== undefined) reply.header('retry-after', fault.retryAfterSeconds);
    return reply.code(fault.status).send({ status: 'failed', message: fault.message });
  });
}

function readFields(request: FastifyRequest): GivenOrder {
  const { url, word, spokenText, parameter, language } = LIMITS.characters;
  const idempotencyKey = request.headers['idempotency-key'];
  return {
    videoUrl: readText(request, url, 'video_url'),
    imageUrl: readText(request, url, 'image_url'),
    avatar: readText(request, parameter, 'character_name', 'characterName', 'avatarId'),
    audioUrl: readText(request, url, 'audio_url'),
    audioBase64: readText(request, LIMITS.bytes.filmOrder, 'audio_base64'),
    text: readText(request, spokenText, 'content'),
    voice: readText(request, word, 'voice'),
    language: readText(request, language, 'language'),
    syncMode: readParameter(request, 'sync_mode'),
    ...readSettings(request),
    callbackUrl: readText(request, url, 'callback_url', 'callbackUrl'),
    idempotencyKey:
      typeof idempotencyKey === 'string' && idempotencyKey !== ''
        ? idempotencyKey.slice(0, parameter)
        : readParameter(request, 'idempotency_key'),
  };
}

const NOT_GIVEN: readonly unknown[] = [undefined, null, false, '', 'false'];

/** What is wanted is not spent on: what cannot be read is refused. */
function isEstimate(request: FastifyRequest): boolean {
  const given = readGiven(request, 'estimate').find((value) => !NOT_GIVEN.includes(value));
  if (given === undefined) return false;
  if (given === true || given === 'true' || given === 1 || given === '1') return true;
  throw new ControlError('bad-request', 'estimate is true or false.');
}

function toEstimate({ durationMs, points, isExact, pointsLeft }: FilmEstimate) {
  const seconds = durationMs / 1000;
  const message = isExact ? '' : 'How long a text takes to be spoken is an estimate.';
  return { status: 'estimate', seconds, points, is_exact: isExact, points_left: pointsLeft, message };
}

function absolute(request: FastifyRequest, path: string | null): string | null {
  return path === null ? null : originOf(request) + path;
}

function toStatus(film: FilmStanding, videoUrl: string | null) {
  const { filmId, state, progress, step, error, queuePosition, secondsLeft, durationMs } = film;
  return {
    status: STATUS[state],
    task_id: toTaskId(filmId),
    progress: Math.floor(progress * 100),
    message: state === 'cancelled' ? CANCELLED : (error ?? step),
    ...(queuePosition > 0 ? { queue_position: queuePosition } : {}),
    ...(secondsLeft === null ? {} : { seconds_left: secondsLeft }),
    ...(state === 'done' ? { seconds: durationMs / 1000 } : {}),
    ...(videoUrl === null ? {} : { video_url: videoUrl }),
  };
}
