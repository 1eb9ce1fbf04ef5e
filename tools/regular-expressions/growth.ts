import { createContext, Script } from 'node:vm';
import { type Attack, attacksOn } from './attack-texts.ts';

/** An attack that works: how long the expression took for two texts, the second four times as long. */
export type SuperLinear = { readonly attack: Attack; readonly shortMs: number; readonly longMs: number };

const SCREEN_CHARACTERS = 3_000;
const SCREENED_TOGETHER = 40;
const MAX_SUSPECTS = 3;
const MAX_TIMED_AGAIN = 15;
/** Linear work on the screening text takes some microseconds; what takes longer than this is looked at again. */
const SUSPECT_MS = 0.1;
const SHORT_CHARACTERS = 6_000;
const LONG_CHARACTERS = 24_000;
const TRIES = 3;
/** Linear growth is 4, quadratic 16. */
const MOST_GROWTH = 8;
const ROUNDS = 4;
/** Shorter than this, growth is not judged: clocks and caches say more than the expression. */
const LEAST_MS = 6;
/** No linear expression takes this long for such a text, however busy the machine: one round says enough. */
const PLAIN_MS = 150;
const GIVE_UP_MS = 1_500;

/** What is linear grows by four, and a little by what clocks and caches add. */
const PLAIN_GROWTH = 5;

/** By so much the accounts of a system may lag, which are brought up to date at its ticks. */
const TICK_MS = 4;

/**
 * Begins to time work on this thread: by the clock, or by the processor time where that is less, because other programs took the
 * rest of it.
 */
export function startWatch(): () => number {
  const [clockMs, usedMs] = [performance.now(), processorMs()];
  return () => Math.min(performance.now() - clockMs, processorMs() - usedMs + TICK_MS);
}

/** Node 22 knows that of the whole process only. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Times work on a text and on one four times as long; null unless it grows faster than that. The best of several rounds
 * counts for each: other programs make a round slower, never faster. A round of more than `plainMs` is the last.
 */
export function measureGrowth(
  measureMs: (text: string) => number,
  short: string,
  long: string,
  leastMs: number,
  plainMs = Number.POSITIVE_INFINITY,
): { readonly shortMs: number; readonly longMs: number } | null {
  let shortMs = Number.POSITIVE_INFINITY;
  let longMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    shortMs = Math.min(shortMs, measureMs(short));
    longMs = Math.min(longMs, measureMs(long));
    if (longMs <= leastMs || isPlainlyLinear(shortMs, longMs)) return null;
    if (longMs > plainMs) break;
  }
  return longMs >= GIVE_UP_MS || longMs > shortMs * MOST_GROWTH ? { shortMs, longMs } : null;
}

/**
 * Whether one round says enough: the account adds a tick at most, so a short text that seems to take two of them takes one at least,
 * and what grows by sixteen seems to grow by eight.
 */
function isPlainlyLinear(shortMs: number, longMs: number): boolean {
  return shortMs >= 2 * TICK_MS && longMs < GIVE_UP_MS && longMs <= shortMs * PLAIN_GROWTH;
}

/** The attack that makes this expression slower than linear; null when none of those tried does. */
export function findSuperLinear(pattern: string, flags: string): SuperLinear | null {
  for (const attack of suspectsAmong(pattern, flags, attacksOn(pattern, flags))) {
    const short = textOf(attack, SHORT_CHARACTERS);
    const long = textOf(attack, LONG_CHARACTERS);
    const found = measureGrowth((text) => bestMs(pattern, flags, text), short, long, LEAST_MS, PLAIN_MS);
    if (found !== null) return { attack, ...found };
  }
  return null;
}

export function textOf({ before, pump, after }: Attack, characters: number): string {
  return before + pump.repeat(Math.ceil(characters / pump.length)) + after;
}

/** Matches as the code does: global expressions run over the whole text. Runs where it can be stopped. */
const RUN = new Script(`
  const expression = new RegExp(pattern, flags);
  for (place.index = 0; place.index < texts.length; place.index += 1) {
    const text = texts[place.index];
    const took = startWatch();
    if (expression.global) text.replace(expression, '');
    else expression.exec(text);
    durations[place.index] = took();
  }
`);

function run(
  pattern: string,
  flags: string,
  texts: readonly string[],
): { durations: number[]; stoppedAt: number | null } {
  const durations: number[] = [];
  const place = { index: 0 };
  try {
    const context = createContext({ pattern, flags, texts, durations, place, startWatch });
    RUN.runInContext(context, { timeout: GIVE_UP_MS });
  } catch (error) {
    // The error belongs to another realm than this file's `Error`.
    if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    return { durations, stoppedAt: place.index };
  }
  return { durations, stoppedAt: null };
}

/**
 * The attacks that take longest, among those that took long at all. The slowest are timed again: a pause of this process makes
 * any look slow once.
 */
function suspectsAmong(pattern: string, flags: string, attacks: readonly Attack[]): Attack[] {
  const suspects: { durationMs: number; attack: Attack }[] = [];
  for (let start = 0; start < attacks.length; start += SCREENED_TOGETHER) {
    const together = attacks.slice(start, start + SCREENED_TOGETHER);
    const texts = together.map((attack) => textOf(attack, SCREEN_CHARACTERS));
    const { durations, stoppedAt } = run(pattern, flags, texts);
    for (const [index, attack] of together.entries()) {
      const durationMs = index === stoppedAt ? GIVE_UP_MS : (durations[index] ?? 0);
      if (durationMs > SUSPECT_MS) suspects.push({ durationMs, attack });
    }
    if (stoppedAt !== null) break;
  }
  const timedAgain = slowest(suspects, MAX_TIMED_AGAIN).map(({ durationMs, attack }) => {
    const bestOf = durationMs < GIVE_UP_MS ? bestMs(pattern, flags, textOf(attack, SCREEN_CHARACTERS)) : durationMs;
    return { durationMs: bestOf, attack };
  });
  return slowest(timedAgain, MAX_SUSPECTS).map(({ attack }) => attack);
}

function slowest<Timed extends { readonly durationMs: number }>(timed: readonly Timed[], count: number): Timed[] {
  return timed.toSorted((left, right) => right.durationMs - left.durationMs).slice(0, count);
}

function bestMs(pattern: string, flags: string, text: string): number {
  const { durations } = run(
    pattern,
    flags,
    Array.from({ length: TRIES }, () => text),
  );
  return durations.length === 0 ? GIVE_UP_MS : Math.min(...durations);
}
