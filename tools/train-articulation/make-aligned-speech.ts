/**
 * Speaks sentences with SVOX Pico, which sounds more like a person than espeak-ng but does not tell its phones, and
 * finds the phones by forced alignment. Adds to the speech that make_speech.py made.
 *
 * Usage: node make-aligned-speech.ts SENTENCES_FILE SPEECH_FOLDER en-US|en-GB|fr-FR
 * SENTENCES_FILE has a sentence a line, as sentences.py prints them.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type AlignmentModel, HUMAN_SAMPLE_RATE_HZ, HumanSpeechAligner } from './human-speech.ts';

const MODELS: Readonly<Record<string, AlignmentModel>> = { 'en-US': 'en-us', 'en-GB': 'en-us', 'fr-FR': 'fr-fr' };
/** Pitch and speed in percent, in turns, so that one voice serves for several. */
const PITCHES = [100, 82, 118, 92, 70, 132, 108];
const SPEEDS = [100, 112, 92, 124, 84];
/** What is said otherwise than it is written: numbers, abbreviations. */
const READ_DIFFERENTLY = /\d|\p{Lu}{2}|&|\b\p{L}\./u;

const [sentencesFile, speechFolder, language = ''] = process.argv.slice(2);
const model = MODELS[language];
if (sentencesFile === undefined || speechFolder === undefined || model === undefined) {
  throw new Error(`Give SENTENCES_FILE, SPEECH_FOLDER and one of ${Object.keys(MODELS).join(', ')}.`);
}
const aligner = await HumanSpeechAligner.open(model);
const sentences = readFileSync(sentencesFile, 'utf8').trim().split('\n');
let taken = 0;
let seconds = 0;
for (const [index, sentence] of sentences.entries()) {
  if (READ_DIFFERENTLY.test(sentence)) continue;
  const file = `pico-${language}-${String(index).padStart(4, '0')}.wav`;
  const path = join(speechFolder, file);
  const [pitch, speed] = [PITCHES[index % PITCHES.length], SPEEDS[index % SPEEDS.length]];
  const text = `<pitch level="${pitch}"><speed level="${speed}">${sentence}</speed></pitch>`;
  execFileSync('pico2wave', ['-l', language, '-w', path, text], { stdio: 'ignore' });
  const prompt = await aligner.align(path, sentence).catch(() => null);
  const durationS = (prompt?.samples.length ?? 0) / HUMAN_SAMPLE_RATE_HZ;
  const isUsable = prompt !== null && durationS < 14 && prompt.phones.length > 3;
  if (!isUsable) {
    rmSync(path);
    continue;
  }
  const entry = { file, engine: 'pico', voice: language, language, split: 'train', phones: prompt.phones };
  appendFileSync(join(speechFolder, 'manifest.jsonl'), `${JSON.stringify(entry)}\n`);
  taken += 1;
  seconds += durationS;
}
console.log(`${taken} of ${sentences.length} sentences in ${language}, ${(seconds / 60).toFixed(1)} minutes`);
