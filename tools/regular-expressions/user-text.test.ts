import { describe, expect, test } from 'vitest';
import { quotedStretches } from '../../packages/media/src/core/quoted-text.ts';
import { SentenceMoods } from '../../packages/media/src/expression/sentence-moods.ts';
import { heardText } from '../../packages/media/src/session/heard-text.ts';
import { quotedGreeting } from '../../packages/media/src/session/quoted-greeting.ts';
import { dictatedByPrompt, dictatedText, wishOf } from '../../packages/media/src/voice/local/brain/directions.ts';
import { NEW_BRAIN, noticeName, remember, rememberHistory } from '../../packages/media/src/voice/local/brain/memory.ts';
import { seenFromOtherSide } from '../../packages/media/src/voice/local/brain/reflection.ts';
import { type BrainInput, think } from '../../packages/media/src/voice/local/brain/think.ts';
import { phraseOutcome } from '../../packages/media/src/voice/local/brain/tool-calls.ts';
import {
  asSentence,
  contentStems,
  isQuestion,
  sentencesOf,
  wordsOf,
} from '../../packages/media/src/voice/local/brain/words.ts';
import { tidyTranscript } from '../../packages/media/src/voice/local/ears/ears.ts';
import { joinPhrases } from '../../packages/media/src/voice/local/ears/phrased-hearing.ts';
import { languageOf } from '../../packages/media/src/voice/local/languages.ts';
import { asciiText, splitIntoClauses } from '../../packages/media/src/voice/local/mouth/clauses.ts';
import { parsePhones } from '../../packages/media/src/voice/local/mouth/flite-engine.ts';
import { arpabetOfIpa } from '../../packages/media/src/voice/local/mouth/ipa-phones.ts';
import { profileOf } from '../../packages/media/src/voice/local/mouth/voice-profiles.ts';
import { clauseRequests } from '../../packages/media/src/voice/local/speak-text.ts';
import { plainFormula } from '../../packages/media/src/voice/text/formulas.ts';
import { readMarkup } from '../../packages/media/src/voice/text/read-markup.ts';
import { measureGrowth, startWatch } from './growth.ts';

const PUMPS = [
  ...[
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
  ],
  ...[
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
  ],
  ...[
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
  ],
  ...[
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
  ],
];
const ENDINGS = ['', 'x', '\u0001', '\n', ' exactly '];
const SHORT_CHARACTERS = 8_000;
const LONG_CHARACTERS = 32_000;
/** Below this, growth is not judged: work that grows with the square takes several times as long. */
const LEAST_MS = 50;
/** Work within this may be of a size that is bounded, with a cheaper way for short texts: it shows by growing no further. */
const BOUNDED_MS = 200;

const SPEAKER = { speak: () => Promise.reject(new Error('Not spoken here.')), speaksOtherLanguages: true };
const TOOL = { name: 'show_weather', description: 'Shows the weather', parameters: {} };
const CONFIG: BrainInput['config'] = {
  ...{ prompt: 'You are Mia.', firstMessage: 'Hello!', avatarName: 'navtalk.Mia', language: 'en', tools: [TOOL] },
};
const INPUT: BrainInput = { words: null, instructions: null, hasPicture: false, config: CONFIG, now: new Date(0) };

/** All that happens to words of a user, a page, a prompt or a tool on their way through the built-in voice and the face. */
const PATHS: Readonly<Record<string, (text: string) => unknown>> = {
  'thinking about words': (text) => think(NEW_BRAIN, { ...INPUT, words: text }),
  'thinking about instructions': (text) => think(NEW_BRAIN, { ...INPUT, instructions: text }),
  'thinking with this prompt': (text) =>
    think(NEW_BRAIN, { ...INPUT, words: 'who are you', config: { ...CONFIG, prompt: text } }),
  'thinking with this tool': (text) => {
    const tool = {
      name: text,
      description: text,
      parameters: { properties: { [text]: { type: 'string', enum: [text, 'b'] } } },
    };
    return think(NEW_BRAIN, { ...INPUT, words: 'show the weather', config: { ...CONFIG, tools: [tool] } });
  },
  'choosing a tool for these words': (text) => think(NEW_BRAIN, { ...INPUT, words: `show weather ${text}` }),
  'telling what a tool said': (text) => phraseOutcome({ name: 'a', output: text }),
  'telling what a tool said in an object': (text) =>
    phraseOutcome({ name: 'a', output: JSON.stringify({ [text]: text }) }),
  'remembering a talk': (text) => rememberHistory(NEW_BRAIN, [{ role: 'user', text }]),
  'remembering many words': (text) =>
    remember(
      NEW_BRAIN,
      [...text].map((word) => ({ role: 'user', text: word })),
    ),
  'noticing a name': (text) => noticeName(NEW_BRAIN, text),
  'following instructions': (text) => [dictatedText(text), dictatedText(`say ${text}`), wishOf(text)],
  'following instructions to tell': (text) => [dictatedText(`tell the user ${text}`), dictatedText(`ask them ${text}`)],
  'following a prompt': (text) => [dictatedByPrompt(text), dictatedByPrompt(`say ${text}`)],
  'finding the greeting of a prompt': (text) => quotedGreeting(text),
  'finding quotations': (text) => quotedStretches(text, { opening: '"“', closing: '"”' }, 2),
  'finding words': (text) => [wordsOf(text), contentStems(text), isQuestion(text), languageOf(text, 'de')],
  'making a sentence': (text) => [asSentence(text), asSentence(`${text}.`), seenFromOtherSide(text)],
  'finding sentences': (text) => sentencesOf(text),
  'cutting clauses': (text) => splitIntoClauses(text),
  'asking for clauses': (text) => clauseRequests(SPEAKER, { text, voice: text, language: 'en' }),
  'making text readable': (text) => [readMarkup(text), plainFormula(text), asciiText(text)],
  'reading phones': (text) => [arpabetOfIpa(text), parsePhones(text, 1), profileOf(text)],
  'tidying a transcript': (text) => [tidyTranscript(text), joinPhrases([text, text])],
  'telling what was heard': (text) =>
    heardText(
      [...text].map((word, index) => ({ text: word, audioStartMs: index })),
      10,
      20,
    ),
  'judging moods': (text) => {
    const moods = new SentenceMoods();
    moods.add(text, 0);
    return [0, 1e3, 1e4, 1e5, 1e6].map((positionMs) => moods.at(positionMs));
  },
  'judging moods of text that comes in pieces': (text) => {
    const moods = new SentenceMoods();
    for (let start = 0; start < text.length; start += 5) moods.add(text.slice(start, start + 5), null);
    return moods.at(1e6);
  },
};

function bestMs(path: (text: string) => unknown, text: string, tries: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const took = startWatch();
    path(text);
    best = Math.min(best, took());
  }
  return best;
}

describe('work on text of users grows with its length, no faster', () => {
  test.each(Object.entries(PATHS))(
    '%s',
    (_, path) => {
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
          slow.push(
            `${JSON.stringify(pump)} … ${JSON.stringify(ending)}: ${shortMs.toFixed(1)} → ${longMs.toFixed(1)} ms`,
          );
        }
      }
      expect(slow).toEqual([]);
    },
    300_000,
  );
});
