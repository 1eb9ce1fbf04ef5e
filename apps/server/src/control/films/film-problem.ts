import { FILM_PROBLEMS, type FilmProblem, filled, type SentenceValues } from '@visavis/protocol';
import type { FilmRefusal } from './film-jobs.ts';

/** Why no film comes of an order, however often it is tried. */
export class FilmProblemError extends Error {
  readonly refusal: FilmRefusal;

  constructor(refusal: FilmRefusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

export function problem(code: FilmProblem, values: SentenceValues = {}): FilmRefusal {
  return { code, message: filled(FILM_PROBLEMS[code], values) };
}

export function problemError(code: FilmProblem, values: SentenceValues = {}): FilmProblemError {
  return new FilmProblemError(problem(code, values));
}
