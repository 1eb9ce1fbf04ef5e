import { isSilence } from '../../packages/media/src/visemes/phone-targets.ts';

/** A phone as [start, end, ARPAbet], in seconds. */
export type TimedPhone = readonly [number, number, string];

const STEP_S = 0.01;
/** So far below the loudest steps no voiced sound and no hiss is heard. */
const SILENT_BELOW_DB = -45;
/** Share of steps that are louder than the level that silence is measured from. */
const LOUD_SHARE = 0.05;
/** Shorter gaps are edges of phones. */
const SHORTEST_PAUSE_S = 0.05;
/** Stops are silent before they burst: what exceeds this is a pause before them. */
const LONGEST_CLOSURE_S = 0.12;
const STOPS = new Set(['p', 'b', 't', 'd', 'k', 'g', 'ch', 'jh', 'q']);

function silentSteps(samples: Float32Array, sampleRateHz: number): boolean[] {
  const stepSamples = Math.round(STEP_S * sampleRateHz);
  const levels = Array.from({ length: Math.floor(samples.length / stepSamples) }, (_, step) => {
    const part = samples.subarray(step * stepSamples, (step + 1) * stepSamples);
    return 10 * Math.log10(part.reduce((sum, value) => sum + value * value, 0) / part.length + 1e-12);
  });
  const loud = levels.toSorted((a, b) => b - a)[Math.floor(levels.length * LOUD_SHARE)] ?? 0;
  return levels.map((level) => level < loud + SILENT_BELOW_DB);
}

/** The longest run of silent steps in a phone, in seconds; of a stop, what its closure does not explain. */
function longestSilence([start, end, symbol]: TimedPhone, silent: readonly boolean[]): [number, number] | null {
  let longest: [number, number] | null = null;
  const last = Math.round(end / STEP_S);
  for (let step = Math.round(start / STEP_S); step < last; step++) {
    const first = step;
    while (step < last && silent[step]) step++;
    const until = step * STEP_S - (STOPS.has(symbol) ? LONGEST_CLOSURE_S : 0);
    const lengthS = until - first * STEP_S;
    if (lengthS >= SHORTEST_PAUSE_S && lengthS > (longest === null ? 0 : longest[1] - longest[0]))
      longest = [first * STEP_S, until];
  }
  return longest;
}

/**
 * The phones with the pauses that an aligner took for parts of them: a vowel cannot be silent, and a stop not for long.
 * The longest silence in a phone becomes `pau`; the shorter of the parts beside it goes to the neighbour there.
 */
export function withHeardPauses(
  phones: readonly TimedPhone[],
  samples: Float32Array,
  sampleRateHz: number,
): TimedPhone[] {
  const silent = silentSteps(samples, sampleRateHz);
  const heard: [number, number, string][] = [];
  let nextStart: number | null = null;
  for (const [begin, end, symbol] of phones) {
    const start: number = nextStart ?? begin;
    nextStart = null;
    const pause = isSilence(symbol) ? null : longestSilence([start, end, symbol], silent);
    if (pause === null) {
      heard.push([start, end, symbol]);
      continue;
    }
    const [from, to] = [Math.max(start, pause[0]), Math.min(end, pause[1])];
    const previous = heard.at(-1);
    if (from - start < end - to) {
      if (previous !== undefined) previous[1] = from;
      heard.push([from, to, 'pau'], [to, end, symbol]);
    } else {
      heard.push([start, from, symbol], [from, to, 'pau']);
      nextStart = to;
    }
  }
  return heard;
}
