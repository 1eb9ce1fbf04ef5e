import { refusal } from '../control-error.ts';

/** Files that are held in memory at once, from their first byte on … */
const HELD_AT_ONCE = 6;
/** … of which one project may have so many: somebody who sends slowly keeps nobody else waiting. */
const HELD_PER_PROJECT = 2;
/** Files that are read at once: each may take a thread and some memory. */
const READ_AT_ONCE = 2;

/** Bounds on the files that are received, fetched and read at once, whoever sends them. What is beyond is refused. */
export class ReadingPlaces {
  /** Of each file that is held. */
  readonly #projects: string[] = [];
  #reading = 0;

  async hold<Result>(projectId: string, work: () => Promise<Result>): Promise<Result> {
    const own = this.#projects.filter((held) => held === projectId).length;
    if (this.#projects.length >= HELD_AT_ONCE || own >= HELD_PER_PROJECT) throw busy();
    this.#projects.push(projectId);
    try {
      return await work();
    } finally {
      this.#projects.splice(this.#projects.indexOf(projectId), 1);
    }
  }

  async read<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#reading >= READ_AT_ONCE) throw busy();
    this.#reading += 1;
    try {
      return await work();
    } finally {
      this.#reading -= 1;
    }
  }
}

function busy(): Error {
  return refusal('overloaded', 'knowledge-busy', { retryAfterSeconds: 10 });
}
