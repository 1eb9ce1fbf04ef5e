import { FILM_PROBLEMS, type FilmProblem, filled, type SentenceValues } from '@visavis/protocol';

/** What was asked of a film does not go together with its clip; the message says what to do. */
export class FilmOptionError extends Error {
  readonly reason: FilmProblem;

  constructor(reason: FilmProblem, values: SentenceValues = {}) {
    super(filled(FILM_PROBLEMS[reason], values));
    this.name = 'FilmOptionError';
    this.reason = reason;
  }
}
