/** Angular frequency of a channel's spring: it follows a change within half a second. */
const SPRING_RADIANS_PER_S = 7;
/** Nearer to a goal of 0 than this, and as slow, a channel is at rest: no picture shows the difference. */
const REST_VALUE = 0.004;
/** The speed at which it is slow, in rest values a second. */
const REST_SPEED_SHARE = 5;

/** A value that follows its goal without jumps and without overshoot: a critically damped spring, solved exactly. */
export class SmoothValue {
  readonly #restValue: number;
  #value = 0;
  #speed = 0;

  constructor(restValue = REST_VALUE) {
    this.#restValue = restValue;
  }

  get value(): number {
    return this.#value;
  }

  get isAtRest(): boolean {
    return this.#value === 0;
  }

  advance(goal: number, elapsedMs: number): void {
    const seconds = elapsedMs / 1000;
    const decay = Math.exp(-SPRING_RADIANS_PER_S * seconds);
    const distance = this.#value - goal;
    const pull = (this.#speed + SPRING_RADIANS_PER_S * distance) * seconds;
    this.#value = goal + (distance + pull) * decay;
    this.#speed = (this.#speed - SPRING_RADIANS_PER_S * pull) * decay;
    const isNear = Math.abs(this.#value) < this.#restValue;
    if (goal === 0 && isNear && Math.abs(this.#speed) < this.#restValue * REST_SPEED_SHARE) {
      this.#value = 0;
      this.#speed = 0;
    }
  }
}

type Nod = { readonly startMs: number; readonly durationMs: number; readonly depth: number };

/** Nods of the head, down and up again; one after the other. */
export class NodMotion {
  #nods: Nod[] = [];

  /** `depth` 0 to 1. Ignored while another nod goes on. */
  start(startMs: number, durationMs: number, depth: number, times = 1): void {
    if (this.#nods.length > 0) return;
    for (let i = 0; i < times; i++) {
      this.#nods.push({ startMs: startMs + i * durationMs, durationMs, depth: depth * 0.75 ** i });
    }
  }

  get isAtRest(): boolean {
    return this.#nods.length === 0;
  }

  /** 0 at rest … 1 lowest. */
  at(timeMs: number): number {
    this.#nods = this.#nods.filter((nod) => timeMs < nod.startMs + nod.durationMs);
    const nod = this.#nods[0];
    if (nod === undefined || timeMs <= nod.startMs) return 0;
    return nod.depth * Math.sin((Math.PI * (timeMs - nod.startMs)) / nod.durationMs) ** 2;
  }
}
