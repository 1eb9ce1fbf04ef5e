/**
 * Scores the network of the package, the spectral estimator and an energy follower on speech with known phones.
 *
 * Usage: node evaluate.ts FOLDER[:SPLIT] … [--weights FILE] [--gain-db N] [--white-noise-snr-db N]
 * Each folder holds wav files and manifest.jsonl as make_speech.py and align-human.ts write them. Prints Markdown.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  ARTICULATION_CHANNELS,
  type Articulation,
  MOUTH_AT_REST,
  type PhoneTiming,
} from '../../packages/media/src/core/articulation.ts';
import {
  type ArticulationNetwork,
  loadArticulationNetwork,
} from '../../packages/media/src/visemes/articulation-network.ts';
import { ArticulationTrack } from '../../packages/media/src/visemes/articulation-track.ts';
import { PhoneArticulator } from '../../packages/media/src/visemes/phone-articulator.ts';
import { SpectralEstimator } from '../../packages/media/src/visemes/spectral-estimator.ts';
import { energyFollower } from './energy-follower.ts';
import { type Performance, type Ratio, scorePerformances } from './evaluation-metrics.ts';
import { readWavFile, resample, toPcm16 } from './wav-file.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    weights: { type: 'string' },
    'gain-db': { type: 'string' },
    'white-noise-snr-db': { type: 'string' },
  },
});

const LEVEL_RMS = 0.08;
const CHUNK_SAMPLES = 2400;
const PICTURE_MS = 40;

type Sentence = { readonly pcm: Int16Array; readonly phones: readonly PhoneTiming[] };

/** The sound at the level asked for, with noise if asked for. */
function condition(samples: Float64Array): Float64Array {
  let energy = 0;
  for (const value of samples) energy += value * value;
  const rms = Math.sqrt(energy / samples.length);
  const gain = (LEVEL_RMS / Math.max(rms, 1e-6)) * 10 ** (Number(values['gain-db'] ?? 0) / 20);
  const snrDb = values['white-noise-snr-db'];
  const noise = snrDb === undefined ? 0 : rms * 10 ** (-Number(snrDb) / 20) * Math.sqrt(3);
  return samples.map((value) => (value + noise * (2 * Math.random() - 1)) * gain);
}

function loadSentences(folder: string, split: string | undefined): Sentence[] {
  const lines = readFileSync(join(folder, 'manifest.jsonl'), 'utf8').trim().split('\n');
  return lines.flatMap((line) => {
    const entry = JSON.parse(line) as { file: string; split: string; phones: [number, number, string][] };
    if (split !== undefined && entry.split !== split) return [];
    const { samples, sampleRateHz } = readWavFile(join(folder, entry.file));
    const phones = entry.phones.map(([start, end, symbol]) => ({ symbol, startMs: start * 1000, endMs: end * 1000 }));
    return [{ pcm: toPcm16(condition(resample(samples, 24_000 / sampleRateHz))), phones }];
  });
}

function toArticulation(values: Float32Array): Articulation {
  return Object.fromEntries(ARTICULATION_CHANNELS.map((name, channel) => [name, values[channel]])) as Articulation;
}

function picturesOf(track: ArticulationTrack, count: number): Articulation[] {
  return Array.from({ length: count }, (_, index) => {
    const out = { ...MOUTH_AT_REST };
    track.sampleAt((index + 0.5) * PICTURE_MS, out);
    return out;
  });
}

/** Raw 100 Hz frames, without the averaging that pictures get. */
function rawFrames(network: ArticulationNetwork, pcm: Int16Array): Articulation[] {
  const frames: Articulation[] = [];
  const stream = network.openStream((values) => frames.push(toArticulation(values)));
  for (let start = 0; start < pcm.length; start += CHUNK_SAMPLES)
    stream.push(pcm.subarray(start, start + CHUNK_SAMPLES));
  stream.finish();
  return frames;
}

/** What the phones say, at 100 Hz and without averaging. */
function truthFrames(phones: readonly PhoneTiming[], count: number): Articulation[] {
  const articulator = new PhoneArticulator();
  articulator.append(phones);
  const values = new Float32Array(ARTICULATION_CHANNELS.length);
  return Array.from({ length: count }, (_, index) => {
    articulator.writeFrame(index, values, 0);
    return toArticulation(values);
  });
}

function perform(driver: ArticulationNetwork | 'phones', { pcm, phones }: Sentence): Performance {
  const durationMs = pcm.length / 24;
  const truth = truthFrames(phones, Math.ceil(durationMs / 10));
  const track = new ArticulationTrack({ network: driver === 'phones' ? null : driver });
  if (driver === 'phones') track.appendPhones(phones);
  else track.appendAudio(pcm);
  track.finish();
  const made = driver === 'phones' ? truth : rawFrames(driver, pcm);
  return { phones, truth, made, pictures: picturesOf(track, Math.floor(durationMs / PICTURE_MS)) };
}

const percent = ({ hit, of }: Ratio): string => (of === 0 ? '–' : (hit / of).toFixed(2));
const network = await loadArticulationNetwork(values.weights);
const spectral: ArticulationNetwork = { lookAheadMs: 10, openStream: (onFrame) => new SpectralEstimator(onFrame) };
console.log(
  `| Set | Driver | ${ARTICULATION_CHANNELS.map((name) => `${name} r`).join(' | ')} | jaw r in speech | closures found | closures right | sync r | offset ms | lips closed: found | right | open vowels |`,
);
console.log(`|${' --- |'.repeat(ARTICULATION_CHANNELS.length + 10)}`);
for (const argument of positionals) {
  const [folder = '', split] = argument.split(':');
  const sentences = loadSentences(folder, split);
  const drivers = { phones: 'phones', network, spectral, energy: energyFollower } as const;
  for (const [name, driver] of Object.entries(drivers)) {
    const s = scorePerformances(sentences.map((sentence) => perform(driver, sentence)));
    const cells = [
      ...s.channels.map((r) => r.toFixed(2)),
      s.jawInSpeech.toFixed(2),
      percent(s.closureRecall),
      percent(s.closurePrecision),
      s.syncR.toFixed(2),
      String(s.offsetMs),
      percent(s.pictureRecall),
      percent(s.picturePrecision),
      percent(s.openVowels),
    ];
    console.log(`| ${split ?? folder} (${sentences.length}) | ${name} | ${cells.join(' | ')} |`);
  }
}
