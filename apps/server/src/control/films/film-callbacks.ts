import type { FilmState } from '@visavis/protocol';
import { type FindAddresses, PrivateHostError, whyForbidden } from '@visavis/protocol/address-guard';
import type { Database } from '../../db/database.ts';
import type { FilmCallback } from '../../db/film-schema.ts';
import { refusal } from '../control-error.ts';
import { newPublicId } from '../ids.ts';
import { toPoints } from '../usage/points.ts';
import type { ProjectSecrets } from '../webhooks/project-secrets.ts';
import type { NamedFilm } from './film-format.ts';

/** How a film ended, for whoever is to be told. */
export type FilmEnd = {
  readonly state: Extract<FilmState, 'done' | 'failed' | 'cancelled'>;
  readonly durationMs: number;
  /** Thousandths of a point. */
  readonly charged: number;
  /** Why there is no film. */
  readonly failure: { readonly code: string; readonly message: string } | null;
};

export type FilmCallbacksOptions = {
  readonly secrets: Pick<ProjectSecrets, 'get'>;
  /** As those who post find them: what may not be reached is refused with the order. */
  readonly findAddresses: FindAddresses;
  /** Path and query of a film that is done. */
  readonly linkTo: (film: NamedFilm) => string;
  /** A message of this project was put into the queue. */
  readonly onQueued: (projectId: string) => void;
};

export const CANCELLED = 'This film was cancelled.';

/** As a UUID, which clients of NavTalk expect. */
export function toTaskId(filmId: string): string {
  return filmId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Tells whoever ordered a film how it ended: one message to the address in the order, posted as those of webhooks are. */
export class FilmCallbacks {
  readonly #options: FilmCallbacksOptions;

  constructor(options: FilmCallbacksOptions) {
    this.#options = options;
  }

  /** What signs the messages to this project. */
  secret(projectId: string): Promise<string> {
    return this.#options.secrets.get(projectId);
  }

  /** Throws a `ControlError` for an address that may not be reached. After it there is a secret to sign with. */
  async prepare(projectId: string, { url }: FilmCallback): Promise<void> {
    const why = await whyForbidden(this.#options.findAddresses, url);
    if (why instanceof PrivateHostError) {
      const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
      throw refusal('bad-request', 'private-callback', { values: { host } });
    }
    if (why !== null) throw refusal('bad-request', 'address-with-password');
    await this.secret(projectId);
  }

  /** Puts the message into the queue, in the transaction in which the film ends. */
  async queue(
    client: Pick<Database['pool'], 'query'>,
    { callback, projectId, ...film }: NamedFilm & { readonly projectId: string; readonly callback: FilmCallback },
    end: FilmEnd,
  ): Promise<void> {
    const { filmId } = film;
    const body = JSON.stringify(this.#messageOf(film, callback, end));
    await client.query(
      `insert into webhook_deliveries (id, project_id, film_id, url, event, body) values ($1, $2, $3, $4, $5, $6)`,
      [newPublicId(), projectId, filmId, callback.url, `film.${end.state}`, body],
    );
  }

  /** What was queued is durable. */
  wake(projectId: string): void {
    this.#options.onQueued(projectId);
  }

  #messageOf(film: NamedFilm, { origin }: FilmCallback, { state, durationMs, charged, failure }: FilmEnd) {
    const { filmId } = film;
    return {
      type: `film.${state}`,
      timestamp: new Date().toISOString(),
      data: {
        task_id: toTaskId(filmId),
        generation_id: filmId,
        status: state,
        seconds: durationMs / 1000,
        points: toPoints(charged),
        video_url: state === 'done' ? origin + this.#options.linkTo(film) : null,
        code: failure?.code ?? null,
        message: failure?.message ?? '',
      },
    };
  }
}
