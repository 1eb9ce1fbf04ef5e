/** Operators say every five seconds that they are there; who misses two of them may still be. */
const SIGN_LASTS_MS = 15_000;
/** The page of a member asks again after half a minute at the latest. */
const PAGE_LASTS_MS = 40_000;
/** Operators who cannot be told apart count as one. */
const SOMEBODY = '';

/** Whether somebody is there who answers for a project: an operator at the broker, or a member at the page. */
export class Presence {
  /** Until when the sign of each operator counts, by project. */
  readonly #operators = new Map<string, Map<string, number>>();
  readonly #pages = new Map<string, number>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** `operatorId` null: who it is cannot be told. Nobody takes back such a sign, which may be another's; it ends by its time. */
  note(projectId: string, isOnline: boolean, operatorId: string | null): void {
    const signs = this.#signsOf(projectId);
    if (isOnline) signs.set(operatorId ?? SOMEBODY, this.#nowMs() + SIGN_LASTS_MS);
    else if (operatorId !== null) signs.delete(operatorId);
    if (signs.size === 0) this.#operators.delete(projectId);
    else this.#operators.set(projectId, signs);
  }

  notePage(projectId: string): void {
    this.#pages.set(projectId, this.#nowMs() + PAGE_LASTS_MS);
  }

  isOperatorThere(projectId: string): boolean {
    return this.#signsOf(projectId).size > 0;
  }

  isAnybodyThere(projectId: string): boolean {
    return this.isOperatorThere(projectId) || this.#hasPage(projectId);
  }

  /** Those that still count; the others are forgotten. */
  #signsOf(projectId: string): Map<string, number> {
    const signs = this.#operators.get(projectId) ?? new Map<string, number>();
    for (const [operatorId, untilMs] of signs) if (untilMs <= this.#nowMs()) signs.delete(operatorId);
    if (signs.size === 0) this.#operators.delete(projectId);
    return signs;
  }

  #hasPage(projectId: string): boolean {
    const untilMs = this.#pages.get(projectId);
    if (untilMs === undefined) return false;
    if (untilMs > this.#nowMs()) return true;
    this.#pages.delete(projectId);
    return false;
  }
}
