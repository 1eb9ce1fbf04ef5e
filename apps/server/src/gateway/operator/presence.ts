/** Operators say every five seconds that they are there; who misses two of them may still be. */
const SIGN_LASTS_MS = 15_000;
/** The page of a member asks again after half a minute at the latest. */
const PAGE_LASTS_MS = 40_000;

/** Whether somebody is there who answers for a project: an operator at the broker, or a member at the page. */
export class Presence {
  readonly #operators = new Map<string, number>();
  readonly #pages = new Map<string, number>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  note(projectId: string, isOnline: boolean): void {
    if (isOnline) this.#operators.set(projectId, this.#nowMs() + SIGN_LASTS_MS);
    else this.#operators.delete(projectId);
  }

  notePage(projectId: string): void {
    this.#pages.set(projectId, this.#nowMs() + PAGE_LASTS_MS);
  }

  isOperatorThere(projectId: string): boolean {
    return this.#isIn(this.#operators, projectId);
  }

  isAnybodyThere(projectId: string): boolean {
    return this.isOperatorThere(projectId) || this.#isIn(this.#pages, projectId);
  }

  #isIn(signs: Map<string, number>, projectId: string): boolean {
    const untilMs = signs.get(projectId);
    if (untilMs === undefined) return false;
    if (untilMs > this.#nowMs()) return true;
    signs.delete(projectId);
    return false;
  }
}
