/**
 * Aligns the recorded prompts of Debian's `asterisk-core-sounds-LANGUAGE-g722` packages with their words, for evaluation
 * only: nothing of them may be trained on or committed.
 *
 * Usage: node align-human.ts SOUNDS_FOLDER TRANSCRIPT OUTPUT_FOLDER [fr-fr]
 * TRANSCRIPT holds lines `name: words`, as core-sounds-en.txt of the Asterisk sounds release. Writes wav files and
 * manifest.jsonl in the form of make_speech.py, with split "human".
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Decoder, Demuxer } from 'node-av/api';
import createModule from 'soundswallower';

const SAMPLE_RATE_HZ = 16_000;
const DIGIT_WORDS = 'zero one two three four five six seven eight nine'.split(' ');
/** Phones of the French model as their nearest ARPAbet neighbours. */
const FRENCH_PHONES: Readonly<Record<string, string>> = {
  aa: 'aa',
  ai: 'eh',
  an: 'ao',
  au: 'oh',
  bb: 'b',
  ch: 'sh',
  dd: 'd',
  ee: 'ax',
  ei: 'eh',
  eu: 'uh',
  ff: 'f',
  gg: 'g',
  gn: 'n',
  ii: 'iy',
  in: 'ae',
  jj: 'zh',
  kk: 'k',
  ll: 'l',
  mm: 'm',
  nn: 'n',
  oe: 'uh',
  on: 'oh',
  oo: 'ao',
  ou: 'uw',
  pp: 'p',
  rr: 'hh',
  ss: 's',
  tt: 't',
  un: 'uh',
  uu: 'uw',
  uy: 'w',
  vv: 'v',
  ww: 'w',
  yy: 'y',
  zz: 'z',
};

async function decode(path: string): Promise<Float32Array> {
  await using demuxer = await Demuxer.open(path);
  const stream = demuxer.audio();
  if (stream === undefined) throw new Error(`${path} has no sound.`);
  await using decoder = await Decoder.create(stream);
  const parts: Int16Array[] = [];
  for await (const frame of decoder.frames(demuxer.packets(stream.index))) {
    const bytes = frame?.data?.[0];
    if (frame === null || bytes === undefined) continue;
    const copy = Uint8Array.from(bytes.subarray(0, frame.nbSamples * 2));
    parts.push(new Int16Array(copy.buffer));
  }
  return Float32Array.from(parts.flatMap((part) => Array.from(part, (sample) => sample / 32_768)));
}

function writeWav(path: string, samples: Float32Array): void {
  const bytes = Buffer.alloc(44 + samples.length * 2);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(SAMPLE_RATE_HZ, 24);
  bytes.writeUInt32LE(SAMPLE_RATE_HZ * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples.length * 2, 40);
  for (const [index, sample] of samples.entries()) {
    bytes.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))), 44 + 2 * index);
  }
  writeFileSync(path, bytes);
}

function wordsOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/\d/g, (digit) => ` ${DIGIT_WORDS[Number(digit)]} `)
    .replaceAll(/[^\p{L}'\- ]/gu, ' ')
    .split(/\s+/)
    .filter((word) => /\p{L}/u.test(word))
    .join(' ');
}

const [soundsFolder, transcript, outputFolder, model = 'en-us'] = process.argv.slice(2);
if (soundsFolder === undefined || transcript === undefined || outputFolder === undefined) {
  throw new Error('Give SOUNDS_FOLDER, TRANSCRIPT and OUTPUT_FOLDER.');
}
mkdirSync(outputFolder, { recursive: true });
const modelFolder = join(dirname(fileURLToPath(import.meta.resolve('soundswallower'))), 'model/');
const engine = await createModule({ modelBase: modelFolder } as object);
const aligner = new engine.Decoder({ hmm: join(modelFolder, model), loglevel: 'FATAL', samprate: SAMPLE_RATE_HZ });
await aligner.initialize();

const lines: string[] = [];
let seconds = 0;
for (const line of readFileSync(transcript, 'utf8').split('\n')) {
  const [, name, text] = /^([\w/-]+): (.*)$/.exec(line) ?? [];
  if (name === undefined || text === undefined) continue;
  const path = join(soundsFolder, `${name}.g722`);
  const words = wordsOf(text);
  const unknown = words.split(' ').filter((word) => !aligner.lookup_word(word));
  if (!existsSync(path) || unknown.length > 0) {
    console.log(`left out: ${name} ${unknown.join(' ')}`);
    continue;
  }
  const samples = await decode(path);
  try {
    aligner.set_align_text(words);
    aligner.start();
    aligner.process_audio(samples, false, true);
    aligner.stop();
    const phones: [number, number, string][] = [];
    for (const word of aligner.get_alignment({ align_level: 1 }).w ?? []) {
      for (const phone of word.w ?? []) {
        const symbol = phone.t.toLowerCase();
        phones.push([phone.b, phone.b + phone.d, symbol === 'sil' ? 'pau' : (FRENCH_PHONES[symbol] ?? symbol)]);
      }
    }
    const file = `${name.replaceAll('/', '-')}.wav`;
    writeWav(join(outputFolder, file), samples);
    seconds += samples.length / SAMPLE_RATE_HZ;
    const entry = { file, engine: 'human', voice: model, language: model, split: 'human', phones };
    lines.push(JSON.stringify(entry));
  } catch (error) {
    console.log(`left out: ${name} ${error}`);
  }
}
writeFileSync(join(outputFolder, 'manifest.jsonl'), `${lines.join('\n')}\n`);
console.log(`${lines.length} prompts, ${(seconds / 60).toFixed(1)} minutes`);
