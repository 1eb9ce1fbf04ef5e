/**
 * Turns synthesised speech into training arrays with the program's own analysis and phone path, so that the network
 * learns exactly what it will see and what it must say.
 *
 * Usage: node extract-features.ts SPEECH_FOLDER OUTPUT_FOLDER
 * Writes mel.i16 (ln power x 1000, 40 a frame), targets.u8 (channels x 255, 7 a frame), classes.u8 (phone symbol index)
 * and index.json.
 */
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ARTICULATION_CHANNELS, type PhoneTiming } from '../../packages/media/src/core/articulation.ts';
import { LogMelAnalyser, MEL_BAND_COUNT } from '../../packages/media/src/visemes/log-mel.ts';
import { PhoneArticulator } from '../../packages/media/src/visemes/phone-articulator.ts';
import { isSilence } from '../../packages/media/src/visemes/phone-targets.ts';
import { readWavFile, resample, toPcm16 } from './wav-file.ts';

/** Power below this is silence to the network. */
const POWER_FLOOR = 1e-9;
/** Level that every sentence is brought to; the trainer varies it. */
const LEVEL_RMS = 0.08;
const CLASS_NAMES =
  'pau aa ae ah ao aw ax ay eh er ey ih iy oh ow oy uh uw b p m f v th dh t d n l dx s z sh zh ch jh r k g ng hh q y w'.split(
    ' ',
  );
const ALIASES: Readonly<Record<string, string>> = {
  axr: 'er',
  ix: 'ih',
  ux: 'uw',
  em: 'm',
  en: 'n',
  nx: 'n',
  el: 'l',
  hv: 'hh',
};

type ManifestEntry = {
  readonly file: string;
  readonly engine: string;
  readonly voice: string;
  readonly language: string;
  readonly split: string;
  readonly phones: readonly (readonly [number, number, string])[];
};

/** Deterministic uniform numbers in [0, 1). */
let state = 12_345;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 4_294_967_296;
}

/** Playback speeds: every sentence once as it is, and again with pitch, formants and tempo moved. */
function speeds(entry: ManifestEntry): number[] {
  if (entry.split !== 'train') return [1];
  const slower = 0.84 + 0.12 * random();
  const faster = 1.04 + 0.14 * random();
  return entry.engine === 'espeak' ? [random() < 0.5 ? slower : faster] : [1, slower, faster];
}

function classOf(symbol: string): number {
  if (isSilence(symbol)) return 0;
  const index = CLASS_NAMES.indexOf(ALIASES[symbol] ?? symbol);
  if (index < 0) throw new Error(`No class for phone ${symbol}.`);
  return index;
}

function classesOf(phones: readonly PhoneTiming[], frameCount: number): Uint8Array {
  const classes = new Uint8Array(frameCount);
  for (const { symbol, startMs, endMs } of phones) {
    classes.fill(classOf(symbol), Math.round(startMs / 10), Math.min(frameCount, Math.round(endMs / 10)));
  }
  return classes;
}

function targetsOf(phones: readonly PhoneTiming[], frameCount: number): Uint8Array {
  const articulator = new PhoneArticulator();
  articulator.append(phones);
  const frame = new Float32Array(ARTICULATION_CHANNELS.length);
  const targets = new Uint8Array(frameCount * frame.length);
  for (let index = 0; index < frameCount; index++) {
    articulator.writeFrame(index, frame, 0);
    targets.set(
      frame.map((value) => Math.round(value * 255)),
      index * frame.length,
    );
  }
  return targets;
}

function melOf(samples: Float64Array): Int16Array {
  const rows: number[] = [];
  const analyser = new LogMelAnalyser((bandPower) => {
    for (const power of bandPower) rows.push(Math.round(Math.log(power + POWER_FLOOR) * 1000));
  });
  analyser.push(toPcm16(samples));
  analyser.finish();
  return Int16Array.from(rows);
}

function normaliseLevel(samples: Float64Array): void {
  let energy = 0;
  for (const value of samples) energy += value * value;
  const gain = LEVEL_RMS / Math.max(Math.sqrt(energy / samples.length), 1e-6);
  for (let index = 0; index < samples.length; index++) samples[index] = (samples[index] as number) * gain;
}

const [speechFolder, outputFolder] = process.argv.slice(2);
if (speechFolder === undefined || outputFolder === undefined) throw new Error('Give SPEECH_FOLDER and OUTPUT_FOLDER.');
mkdirSync(outputFolder, { recursive: true });
const files = {
  mel: openSync(join(outputFolder, 'mel.i16'), 'w'),
  targets: openSync(join(outputFolder, 'targets.u8'), 'w'),
  classes: openSync(join(outputFolder, 'classes.u8'), 'w'),
};
const index: { split: string; engine: string; voice: string; first: number; count: number }[] = [];
let frameTotal = 0;
const lines = readFileSync(join(speechFolder, 'manifest.jsonl'), 'utf8').trim().split('\n');
for (const line of lines) {
  const entry = JSON.parse(line) as ManifestEntry;
  const sound = readWavFile(join(speechFolder, entry.file));
  for (const speed of speeds(entry)) {
    const samples = resample(sound.samples, 24_000 / sound.sampleRateHz / speed);
    normaliseLevel(samples);
    const mel = melOf(samples);
    const frameCount = mel.length / MEL_BAND_COUNT;
    const phones = entry.phones.map(([start, end, symbol]) => ({
      symbol,
      startMs: (start * 1000) / speed,
      endMs: (end * 1000) / speed,
    }));
    writeSync(files.mel, mel);
    writeSync(files.targets, targetsOf(phones, frameCount));
    writeSync(files.classes, classesOf(phones, frameCount));
    index.push({ split: entry.split, engine: entry.engine, voice: entry.voice, first: frameTotal, count: frameCount });
    frameTotal += frameCount;
  }
}
for (const file of Object.values(files)) closeSync(file);
writeFileSync(
  join(outputFolder, 'index.json'),
  JSON.stringify({ bands: MEL_BAND_COUNT, channels: ARTICULATION_CHANNELS, classes: CLASS_NAMES, utterances: index }),
);
console.log(`${index.length} utterances, ${(frameTotal / 6000).toFixed(1)} minutes`);
