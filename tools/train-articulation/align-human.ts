/**
 * Aligns the recorded prompts of Debian's `asterisk-core-sounds-LANGUAGE-g722` packages with their words, for evaluation
 * only: nothing of them may be trained on or committed.
 *
 * Usage: node align-human.ts SOUNDS_FOLDER TRANSCRIPT OUTPUT_FOLDER [fr-fr]
 * TRANSCRIPT holds lines `name: words`, as core-sounds-en.txt of the Asterisk sounds release. Writes wav files and
 * manifest.jsonl in the form of make_speech.py, with split "human".
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wavFile } from '../../packages/media/src/core/wav-file.ts';
import { type AlignmentModel, HUMAN_SAMPLE_RATE_HZ, HumanSpeechAligner, readTranscript } from './human-speech.ts';

function writeWav(path: string, samples: Float32Array): void {
  const pcm = Int16Array.from(samples, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))));
  writeFileSync(path, wavFile([pcm], HUMAN_SAMPLE_RATE_HZ));
}

const [soundsFolder, transcript, outputFolder, model = 'en-us'] = process.argv.slice(2);
if (soundsFolder === undefined || transcript === undefined || outputFolder === undefined) {
  throw new Error('Give SOUNDS_FOLDER, TRANSCRIPT and OUTPUT_FOLDER.');
}
mkdirSync(outputFolder, { recursive: true });
const aligner = await HumanSpeechAligner.open(model as AlignmentModel);

const lines: string[] = [];
let seconds = 0;
for (const { name, text } of readTranscript(readFileSync(transcript, 'utf8'))) {
  const path = join(soundsFolder, `${name}.g722`);
  if (!existsSync(path)) {
    console.log(`left out: ${name}`);
    continue;
  }
  try {
    const { samples, phones } = await aligner.align(path, text);
    const file = `${name.replaceAll('/', '-')}.wav`;
    writeWav(join(outputFolder, file), samples);
    seconds += samples.length / HUMAN_SAMPLE_RATE_HZ;
    const entry = { file, engine: 'human', voice: model, language: model, split: 'human', phones };
    lines.push(JSON.stringify(entry));
  } catch (error) {
    console.log(`left out: ${name} ${error}`);
  }
}
writeFileSync(join(outputFolder, 'manifest.jsonl'), `${lines.join('\n')}\n`);
console.log(`${lines.length} prompts, ${(seconds / 60).toFixed(1)} minutes`);
