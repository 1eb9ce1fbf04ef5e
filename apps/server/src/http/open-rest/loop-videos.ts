import { LIMITS } from '@visavis/protocol';
import { openLoopTaskSchema, openLoopVideoAnswerSchema } from '@visavis/protocol/rest';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Films } from '../../control/films/films.ts';
import { FOR } from '../access/access.ts';
import { holderOf } from '../access/principal.ts';
import { urlIn } from '../read-film-order.ts';
import { registerOpenRoute } from './documented.ts';
import { fail, readParameter, readText, succeed } from './envelope.ts';

export type LoopVideoFilms = Pick<Films, 'order' | 'get' | 'link'>;

const IN_PROGRESS = 'Task is still in progress';
const BASE = '/api/open/v1/generate';

/** `generate/generateLoopVideo` and its status: how the person in a picture waits, as a silent film that runs round. */
export function registerLoopVideos(scope: FastifyInstance, films: LoopVideoFilms): void {
  const order = async (request: FastifyRequest, reply: FastifyReply) => {
    const { projectId, licenceId } = holderOf(request).licence;
    const url = readText(request, LIMITS.characters.url, 'url', 'imageUrl', 'image_url', 'pictureUrl');
    if (url === undefined) return fail(reply, 400, 'Give the address of a picture as url.');
    const { filmId } = await films.order({
      projectId,
      licenceId,
      picture: { kind: 'image', url: urlIn(url, 'url') },
      sound: { kind: 'none' },
      options: {},
    });
    return succeed({ taskId: toNumber(filmId) });
  };

  const status = async (request: FastifyRequest, reply: FastifyReply) => {
    const taskId = readParameter(request, 'taskId', 'task_id', 'id', 'jobId');
    if (taskId === undefined) return fail(reply, 400, 'Give the task as taskId.');
    const film = await films.get(holderOf(request).licence.projectId, fromNumber(taskId));
    const fileUrl = films.link(film);
    if (fileUrl !== null) return succeed({ fileUrl });
    const isOver = film.state === 'failed' || film.state === 'cancelled';
    const message = isOver ? (film.error ?? 'This film was cancelled.') : IN_PROGRESS;
    return { ...succeed(null), message };
  };

  registerOpenRoute(scope, {
    method: 'POST',
    alsoBy: [],
    url: `${BASE}/generateLoopVideo`,
    config: FOR.key,
    summary: 'Make a silent film of a picture that runs round without a seam',
    needs: ['url'],
    answer: openLoopTaskSchema,
    refuses: [400, 401, 403, 429],
    handler: order,
  });
  scope.route({
    method: 'GET',
    url: `${BASE}/generateLoopVideo`,
    config: FOR.key,
    schema: { hide: true },
    handler: order,
  });
  registerOpenRoute(scope, {
    method: 'GET',
    alsoBy: ['POST'],
    url: `${BASE}/generateLoopVideoStatus`,
    alsoAt: `${BASE}/status`,
    config: FOR.key,
    summary: 'Whether such a film is made',
    needs: ['taskId'],
    answer: openLoopVideoAnswerSchema,
    isWholeAnswer: true,
    refuses: [400, 401, 403, 404],
    handler: status,
  });
  for (const alias of ['getLoopVideoStatus', 'loopVideoStatus', 'generate-loop-video-status']) {
    scope.route({
      method: ['GET', 'POST'],
      url: `${BASE}/${alias}`,
      config: FOR.key,
      schema: { hide: true },
      handler: status,
    });
  }
}

/** The id of a film in digits, as clients of NavTalk know tasks. */
function toNumber(filmId: string): string {
  return BigInt(`0x${filmId}`).toString();
}

/** Empty: no id of a film. */
function fromNumber(taskId: string): string {
  return /^\d{1,39}$/.test(taskId) ? BigInt(taskId).toString(16).padStart(32, '0') : '';
}
