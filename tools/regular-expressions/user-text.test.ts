import { describe, expect, test } from 'vitest';
import { quotedStretches } from '../../packages/media/src/core/quoted-text.ts';
import { SentenceMoods } from '../../packages/media/src/expression/sentence-moods.ts';
import { heardText } from '../../packages/media/src/session/heard-text.ts';
import { quotedGreeting } from '../../packages/media/src/session/quoted-greeting.ts';
import { languageOf } from '../../packages/media/src/voice/languages.ts';
import { dictatedByPrompt, dictatedText, wishOf } from '../../packages/media/src/voice/local/brain/directions.ts';
import { NEW_BRAIN, noticeName, remember, rememberHistory } from '../../packages/media/src/voice/local/brain/memory.ts';
import { seenFromOtherSide } from '../../packages/media/src/voice/local/brain/reflection.ts';
import { type BrainInput, think } from '../../packages/media/src/voice/local/brain/think.ts';
import {
  asSentence,
  contentStems,
  isQuestion,
  sentencesOf,
  wordsOf,
} from '../../packages/media/src/voice/local/brain/words.ts';
import { tidyTranscript } from '../../packages/media/src/voice/local/ears/ears.ts';
import { joinPhrases } from '../../packages/media/src/voice/local/ears/phrased-hearing.ts';
import { parsePhones } from '../../packages/media/src/voice/local/mouth/flite-engine.ts';
import { arpabetOfIpa } from '../../packages/media/src/voice/local/mouth/ipa-phones.ts';
import { pronounceEnglish } from '../../packages/media/src/voice/local/mouth/pronunciation/pronounce-english.ts';
import { profileOf } from '../../packages/media/src/voice/local/mouth/voice-profiles.ts';
import { slowTexts } from './text-growth.ts';

const TOOL = { name: 'show_weather', description: 'Shows the weather', parameters: {} };
const CONFIG: BrainInput['config'] = {
  prompt: 'You are Mia.',
  firstMessage: 'Hello!',
  avatarName: 'navtalk.Mia',
  language: 'en',
  tools: [TOOL],
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
  'declining a tool for these words': (text) => think(NEW_BRAIN, { ...INPUT, words: `show weather ${text}` }),
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
  'reading phones': (text) => [arpabetOfIpa(text), parsePhones(text, 1), profileOf(text)],
  'pronouncing words': (text) =>
    (['american', 'british'] as const).map((accent) =>
      pronounceEnglish(text, accent, { dictionary: () => null, guess: (word) => [...word, 'AX'] }),
    ),
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

describe('work on text of users grows with its length, no faster', () => {
  test.each(Object.entries(PATHS))(
    '%s',
    (_, path) => {
      expect(slowTexts(path)).toEqual([]);
    },
    300_000,
  );
});
