import { measureGrowth, startWatch } from './growth.ts';

const PUMPS = [
  ' ',
  '\n',
  '\t',
  '.',
  '. ',
  '…',
  '!',
  ', ',
  '-',
  '_',
  '#',
  '*',
  '(',
  '[',
  ']',
  '[a](',
  '](',
  '![',
  '<',
  '"',
  '“a',
  "it's'",
  '```',
  '\u0000',
  '<b>',
  '<a b="',
  '<!--',
  '[laughs] ',
  '$x',
  '|a',
  '|-|\n|',
  '1/',
  'a@',
  'x^2',
  '\\frac{',
  'a',
  'a ',
  'aB',
  'A. ',
  'Mr. ',
  'e.g. ',
  '1',
  '1,',
  '1.',
  'é',
  'e\u0301',
  '\u0301',
  '字',
  '。',
  '😀',
  '\u200d',
  '\n- a',
  ' and ',
  '+',
  'http://a',
  'say exactly ',
  'say only ',
  'tell me a joke ',
  'tell got ',
  'my name is Ab ',
  "I'm Ab ",
  'i want to ',
  'you are ',
  'in for ',
  'please now ',
  'how are you ',
  'oh well ',
  'a:1',
  ':1.',
  ':name',
  ':hello name ',
  '"x"',
  'one ',
  'twenty ',
  'what is visavis ',
];
const ENDINGS = ['', 'x', '\u0001', '\n', ' exactly '];
const SHORT_CHARACTERS = 8_000;
const LONG_CHARACTERS = 32_000;
/** Below this, growth is not judged: work that grows with the square takes several times as long. */
const LEAST_MS = 50;
/** Work within this may be of a size that is bounded, with a cheaper way for short texts: it shows by growing no further. */
const BOUNDED_MS = 200;

function bestMs(path: (text: string) => unknown, text: string, tries: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const took = startWatch();
    path(text);
    best = Math.min(best, took());
  }
  return best;
}

/** The texts for which this work takes longer than in proportion to their length, each with its times; none when all is well. */
export function slowTexts(path: (text: string) => unknown): string[] {
  const slow: string[] = [];
  for (const pump of PUMPS) {
    for (const ending of ENDINGS) {
      const textOf = (characters: number): string => pump.repeat(characters / pump.length) + ending;
      if (bestMs(path, textOf(LONG_CHARACTERS), 1) < LEAST_MS) continue;
      const found = measureGrowth(
        (text) => bestMs(path, text, 2),
        textOf(SHORT_CHARACTERS),
        textOf(LONG_CHARACTERS),
        LEAST_MS,
      );
      if (found === null) continue;
      const { shortMs, longMs } = found;
      const growsOn = () => bestMs(path, textOf(4 * LONG_CHARACTERS), 2) > 8 * longMs;
      if (longMs < BOUNDED_MS && !growsOn()) continue;
      slow.push(`${JSON.stringify(pump)} … ${JSON.stringify(ending)}: ${shortMs.toFixed(1)} → ${longMs.toFixed(1)} ms`);
    }
  }
  return slow;
}
