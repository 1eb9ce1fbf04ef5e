import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { PhoneTiming } from '../../packages/media/src/core/articulation.ts';
import { WIRE_SAMPLE_RATE_HZ, wireSamplesToMs } from '../../packages/media/src/core/audio-format.ts';
import { Resampler } from '../../packages/media/src/core/resampler.ts';
import { concatenate, speakTexts } from '../bench/spoken-sample.ts';
import {
  type AlignmentModel,
  HUMAN_SAMPLE_RATE_HZ,
  HumanSpeechAligner,
  readTranscript,
} from '../train-articulation/human-speech.ts';
import { SENTENCES } from './sentences.ts';

/** Speech with known phones, pauses among them: PCM16 mono at 24 kHz. */
export type Material = {
  readonly name: string;
  readonly pcm: Int16Array;
  readonly phones: readonly PhoneTiming[];
};

export type HumanVoice = {
  readonly name: string;
  readonly debianPackages: string;
  readonly sounds: string;
  readonly extension: 'g722' | 'wav';
  readonly transcript: string;
  readonly model: AlignmentModel;
  /** What there is of it at most, less than a minute. */
  readonly availableS?: number;
};

export const HUMAN_VOICES: readonly HumanVoice[] = [
  {
    name: 'human, English (Allison)',
    debianPackages: 'asterisk-core-sounds-en asterisk-core-sounds-en-g722',
    sounds: '/usr/share/asterisk/sounds/en_US_f_Allison',
    extension: 'g722',
    transcript: '/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz',
    model: 'en-us',
  },
  {
    name: 'human, French (June)',
    debianPackages: 'asterisk-core-sounds-fr asterisk-core-sounds-fr-g722',
    sounds: '/usr/share/asterisk/sounds/fr_CA_f_June',
    extension: 'g722',
    transcript: '/usr/share/doc/asterisk-core-sounds-fr/core-sounds-fr.txt.gz',
    model: 'fr-fr',
  },
  {
    name: 'human, English (reader of a novel)',
    debianPackages: 'pocketsphinx-testdata',
    sounds: '/usr/share/pocketsphinx/test/data/librivox',
    extension: 'wav',
    transcript: '/usr/share/pocketsphinx/test/data/librivox/transcription',
    model: 'en-us',
    availableS: 24,
  },
];

/** Silence between two pieces. */
const GAP_MS = 400;
/** Pieces outside of this are single words or menus of a minute. */
const MIN_PIECE_S = 2.5;
const MAX_PIECE_S = 15;

type Piece = { readonly pcm: Int16Array; readonly phones: readonly PhoneTiming[] };

/** Sentences of the local voice with the phone times it gives, at least `seconds` of them. */
export async function localVoiceMaterial(voice: string, name: string, seconds: number): Promise<Material> {
  const pieces = (await speakTexts(voice, SENTENCES)).map(({ sample }) => sample);
  return { name, ...joinPieces(takeSeconds(pieces, seconds)) };
}

/** Recorded prompts aligned with their words, at least `seconds` of them; a reason where the recordings are missing. */
export async function humanMaterial(voice: HumanVoice, seconds: number): Promise<Material | string> {
  if (!existsSync(voice.sounds) || !existsSync(voice.transcript)) {
    return `${voice.name}: not installed; apt-get install ${voice.debianPackages}`;
  }
  const aligner = await HumanSpeechAligner.open(voice.model);
  const pieces: Piece[] = [];
  const wantedS = Math.min(seconds, voice.availableS ?? seconds);
  let total = 0;
  for (const { name, text } of readTranscript(readText(voice.transcript))) {
    const path = join(voice.sounds, `${name}.${voice.extension}`);
    // Directions in brackets are not spoken.
    if (!existsSync(path) || /[[(]/.test(text)) continue;
    const piece = await aligner.align(path, text).catch(() => null);
    const pieceS = (piece?.samples.length ?? 0) / HUMAN_SAMPLE_RATE_HZ;
    if (piece === null || pieceS < MIN_PIECE_S || pieceS > MAX_PIECE_S || piece.phones.length === 0) continue;
    pieces.push({
      pcm: toWireRate(piece.samples),
      phones: piece.phones.map(([startS, endS, symbol]) => ({ symbol, startMs: startS * 1000, endMs: endS * 1000 })),
    });
    total += pieceS;
    if (total >= wantedS) break;
  }
  if (total < wantedS) return `${voice.name}: only ${total.toFixed(0)} s could be aligned with the transcript`;
  return { name: voice.name, ...joinPieces(pieces) };
}

function readText(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

function toWireRate(samples: Float32Array): Int16Array {
  const resampler = new Resampler(HUMAN_SAMPLE_RATE_HZ, WIRE_SAMPLE_RATE_HZ);
  const pcm = Int16Array.from(samples, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))));
  return concatenate([resampler.process(pcm), resampler.flush()]);
}

function takeSeconds(pieces: readonly Piece[], seconds: number): Piece[] {
  const taken: Piece[] = [];
  let totalMs = 0;
  for (const piece of pieces) {
    if (totalMs >= seconds * 1000) break;
    taken.push(piece);
    totalMs += wireSamplesToMs(piece.pcm.length) + GAP_MS;
  }
  return taken;
}

/** One sound out of pieces with silence between them; where a piece has no phone, there is a pause. */
function joinPieces(pieces: readonly Piece[]): Piece {
  const gap = new Int16Array((WIRE_SAMPLE_RATE_HZ * GAP_MS) / 1000);
  const parts: Int16Array[] = [];
  const phones: PhoneTiming[] = [];
  let startMs = 0;
  const pauseUntil = (endMs: number): void => {
    const fromMs = phones.at(-1)?.endMs ?? 0;
    if (endMs > fromMs) phones.push({ symbol: 'pau', startMs: fromMs, endMs });
  };
  for (const piece of pieces) {
    for (const phone of piece.phones) {
      pauseUntil(startMs + phone.startMs);
      phones.push({ symbol: phone.symbol, startMs: startMs + phone.startMs, endMs: startMs + phone.endMs });
    }
    parts.push(piece.pcm, gap);
    startMs += wireSamplesToMs(piece.pcm.length) + GAP_MS;
    pauseUntil(startMs);
  }
  return { pcm: concatenate(parts), phones };
}
