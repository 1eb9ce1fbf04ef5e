import { describe, expect, test } from 'vitest';
import { asciiText, splitIntoClauses } from '../../packages/media/src/voice/local/mouth/clauses.ts';
import { clauseRequests } from '../../packages/media/src/voice/local/speak-text.ts';
import { plainFormula } from '../../packages/media/src/voice/text/formulas.ts';
import { readMarkup } from '../../packages/media/src/voice/text/read-markup.ts';
import { slowTexts } from './text-growth.ts';

const SPEAKER = { speak: () => Promise.reject(new Error('Not spoken here.')), speaksOtherLanguages: true };

/** What happens to words before they are spoken. It takes half of the time of all, and so it has a file of its own. */
const PATHS: Readonly<Record<string, (text: string) => unknown>> = {
  'cutting clauses': (text) => splitIntoClauses(text),
  'asking for clauses': (text) => clauseRequests(SPEAKER, { text, voice: text, language: 'en' }),
  'making text readable': (text) => [readMarkup(text), plainFormula(text), asciiText(text)],
};

describe('work on text that is to be spoken grows with its length, no faster', () => {
  test.each(Object.entries(PATHS))(
    '%s',
    (_, path) => {
      expect(slowTexts(path)).toEqual([]);
    },
    300_000,
  );
});
