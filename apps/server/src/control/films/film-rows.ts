import type { FilmState } from '@visavis/protocol';
import { sql } from 'drizzle-orm';
import { type FilmRequest, films } from '../../db/film-schema.ts';

export type Film = {
  readonly filmId: string;
  readonly ordinal: number;
  readonly request: FilmRequest;
  readonly state: FilmState;
  /** 0 to 1. */
  readonly progress: number;
  readonly step: string;
  readonly error: string | null;
  readonly errorCode: string | null;
  readonly durationMs: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bytes: number;
  /** Thousandths of a point. */
  readonly charged: number;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  /** Of the attempt: when the first share of its work was done; null: none as yet. */
  readonly workedSince: Date | null;
  readonly finishedAt: Date | null;
  /** SHA-256 of the picture that was drawn last; null: none is shown. */
  readonly previewFile: string | null;
  /** Of the message to the address in the order; null: there is none, as yet or ever. */
  readonly callbackState: 'waiting' | 'running' | 'delivered' | 'failed' | null;
  readonly hasCallback: boolean;
};

/** Of the table: what is a `Film`. */
export const FILM_COLUMNS = {
  filmId: films.id,
  ordinal: films.ordinal,
  request: films.request,
  state: films.state,
  progress: films.progress,
  step: films.step,
  error: films.error,
  errorCode: films.errorCode,
  durationMs: films.durationMs,
  widthPx: films.widthPx,
  heightPx: films.heightPx,
  bytes: films.resultBytes,
  charged: films.charged,
  createdAt: films.createdAt,
  startedAt: films.startedAt,
  previewFile: films.previewFile,
  workedSince: films.workedSince,
  finishedAt: films.finishedAt,
  hasCallback: sql<boolean>`${films.callback} is not null`,
  callbackState: sql<Film['callbackState']>`(select state from webhook_deliveries where film_id = films.id)`,
} as const;
