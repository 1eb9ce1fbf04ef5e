// Measures how many words of recorded prompts the ears of this machine get wrong. See ears.md.
//   node tools/bench/ears.ts [--whisper data/models/whisper-base] [--pocketsphinx] [--count 60] [--verbose]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { systemClock } from '../../packages/media/src/core/clock.ts';
import { silentLogger } from '../../packages/media/src/core/logger.ts';
import { Resampler } from '../../packages/media/src/core/resampler.ts';
import { Whisper } from '../../packages/media/src/inference/whisper.ts';
import { Ears } from '../../packages/media/src/voice/local/ears/ears.ts';
import { findRecogniser } from '../../packages/media/src/voice/local/ears/find-recogniser.ts';
import { decode, RATE_HZ, toPcm } from './turn-detection-material.ts';
import { distance, wordsOf } from './word-errors.ts';

const { values } = parseArgs({
  options: {
    whisper: { type: 'string' },
    pocketsphinx: { type: 'boolean', default: false },
    count: { type: 'string', default: '60' },
    verbose: { type: 'boolean', default: false },
  },
});

const SOUNDS = '/usr/share/asterisk/sounds/en_US_f_Allison';
const WORDS = '/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz';
/** Prompts with fewer words, sounds and lists of keys tell little. */
const LEAST_WORDS = 4;

type Prompt = { readonly name: string; readonly said: readonly string[] };

function readPrompts(count: number): Prompt[] {
  const lines = gunzipSync(readFileSync(WORDS)).toString().split('\n');
  const prompts = lines.flatMap((line) => {
    const [, name = '', text = ''] = /^([\w-]+): ([^[\]]+)$/.exec(line) ?? [];
    const said = wordsOf(text);
    return said.length < LEAST_WORDS ? [] : [{ name, said }];
  });
  const step = Math.max(1, Math.floor(prompts.length / count));
  return prompts.filter((_, index) => index % step === 0).slice(0, count);
}

type Recognise = (pcm24k: Int16Array) => Promise<string>;

async function measure(title: string, prompts: readonly Prompt[], recognise: Recognise): Promise<void> {
  let [words, wrong, right, seconds, cpuMs] = [0, 0, 0, 0, 0];
  const waits: number[] = [];
  for (const { name, said } of prompts) {
    const samples = await decode(join(SOUNDS, `${name}.g722`)).catch(() => null);
    if (samples === null) continue;
    const pcm = toPcm(samples);
    const began = [process.cpuUsage(), performance.now()] as const;
    const heard = wordsOf(await recognise(pcm));
    const { user, system } = process.cpuUsage(began[0]);
    waits.push(performance.now() - began[1]);
    cpuMs += (user + system) / 1000;
    seconds += pcm.length / RATE_HZ;
    const errors = distance(said, heard);
    words += said.length;
    wrong += errors;
    right += Number(errors === 0);
    if (values.verbose && errors > 0) console.error(`${name}: ${said.join(' ')}\n  ${errors}: ${heard.join(' ')}`);
  }
  const share = ((100 * wrong) / words).toFixed(1);
  const factor = (cpuMs / 1000 / seconds).toFixed(2);
  const median = Math.round(waits.toSorted((a, b) => a - b)[Math.floor(waits.length / 2)] ?? 0);
  console.log(`| ${title} | ${waits.length} | ${words} | ${share} % | ${right} | ${factor} | ${median} ms |`);
}

const prompts = readPrompts(Number(values.count));
console.log(
  '| Ears | Prompts | Words | Wrong | Prompts without a fault | Processor s per s of sound | Wall time, median |\n|---|---|---|---|---|---|---|',
);
if (values.whisper !== undefined) {
  const whisper = await Whisper.open(values.whisper);
  await measure(values.whisper.split('/').at(-1) ?? '', prompts, async (pcm) => {
    const resampler = new Resampler(RATE_HZ, 16_000);
    const parts = [resampler.process(pcm), resampler.flush()];
    return await whisper.transcribe(
      Float32Array.from(
        parts.flatMap((part) => [...part]),
        (value) => value / 32_768,
      ),
      'en',
    );
  });
}
if (values.pocketsphinx) {
  const command = await findRecogniser();
  if (command === null) throw new Error('PocketSphinx is not installed.');
  const ears = new Ears(command, { logger: silentLogger, clock: systemClock, transcriptLimitMs: 60_000 });
  await ears.warm();
  await measure('PocketSphinx', prompts, async (pcm) => {
    const hearing = ears.listen();
    for (let at = 0; at < pcm.length; at += 960) hearing.feed(pcm.slice(at, at + 960));
    return await hearing.finish();
  });
  await ears.close();
}
