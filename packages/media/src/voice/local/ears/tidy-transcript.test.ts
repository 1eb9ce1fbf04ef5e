import { expect, it } from 'vitest';
import { tidyTranscript } from './ears.ts';

it.each([
  ["i think i'm late", "I think I'm late"],
  ['[NOISE] hello <sil> there ++SMACK++ ', 'Hello there'],
  ['the(2) end', 'The end'],
  [' [SPEECH] ', ''],
])('"%s" becomes "%s"', (recognised, shown) => {
  expect(tidyTranscript(recognised)).toBe(shown);
});
