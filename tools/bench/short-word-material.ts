import { existsSync } from 'node:fs';
import type { Spoken } from '../../tests/support/spoken-over-call.ts';
import { speakTexts } from './spoken-sample.ts';
import {
  createRandom,
  decode,
  joined,
  meanPower,
  RATE_HZ,
  SPEECH_LEVEL_POWER,
  toPcm,
} from './turn-detection-material.ts';

/** What is wanted of the avatar: to go on, or to end its reply. */
export type ShortWord = Spoken & {
  readonly kind: 'agreement' | 'stop' | 'noise';
  readonly what: string;
  readonly by: string;
};

const AGREEMENT = ['okay', 'uh-huh', 'yeah', 'right', 'I see', 'okay okay', 'yeah yeah right'];
const STOP = ['stop', 'wait', 'no', 'no no wait', 'hold on'];
/** Recorded prompts of one or a few words. */
const RECORDED: readonly { kind: 'agreement' | 'stop'; what: string; files: readonly string[] }[] = [
  { kind: 'agreement', what: 'oh', files: ['digits/oh'] },
  { kind: 'agreement', what: 'O K', files: ['letters/o', 'letters/k'] },
  { kind: 'stop', what: 'no', files: ['vm-no'] },
  { kind: 'stop', what: 'one moment please', files: ['one-moment-please'] },
];
const STEP = RATE_HZ / 100;
const AROUND_MS = 200;
const SOFT_DB = -10;

/** Words of agreement, words that stop, and sounds without words; synthetic and recorded voices, normal and softer. */
export async function shortWords(voices: readonly string[], recordings: string): Promise<ShortWord[]> {
  const words: ShortWord[] = [];
  for (const by of voices) {
    const spoken = await speakTexts(by, [...AGREEMENT, ...STOP]);
    for (const [index, what] of [...AGREEMENT, ...STOP].entries()) {
      const sound = Float32Array.from(spoken[index]?.sample.pcm ?? [], (value) => value / 32_768);
      const kind = index < AGREEMENT.length ? 'agreement' : 'stop';
      words.push({ kind, what, by, ...levelled(sound, 0) });
      if (by === voices[0]) words.push({ kind, what, by: `${by}, 10 dB softer`, ...levelled(sound, SOFT_DB) });
    }
  }
  for (const { kind, what, files } of RECORDED) {
    const paths = files.map((file) => `${recordings}/${file}.wav`);
    if (!paths.every((path) => existsSync(path))) continue;
    const sounds = await Promise.all(paths.map(async (path) => voiceOf(await decode(path))));
    words.push({ kind, what, by: 'recorded woman', ...levelled(joined(sounds), 0) });
  }
  return [...words, ...noises(words.find(({ what }) => what === 'wait'))];
}

function noises(word: ShortWord | undefined): ShortWord[] {
  const begun = Float32Array.from(word?.pcm.subarray(0, RATE_HZ * 0.35) ?? [], (value) => value / 32_768);
  const sounds = { cough: cough(), 'door slam': doorSlam(), 'closed-mouth hum': hum(150), 'higher hum': hum(220) };
  const made = Object.entries(sounds).map(([what, sound]) => ({ what, by: 'made', ...levelled(sound, 3) }));
  return [...made, { what: 'false start', by: word?.by ?? '', ...levelled(begun, 0) }].map((noise) => ({
    kind: 'noise' as const,
    ...noise,
  }));
}

/** Two bursts of noise, as a throat forms it. */
function cough(): Float32Array {
  const random = createRandom(3);
  let low = 0;
  return Float32Array.from({ length: RATE_HZ * 0.55 }, (_, n) => {
    const second = n / RATE_HZ;
    const since = second < 0.3 ? second : second - 0.3;
    low += 0.25 * (random.gaussian() - low);
    return low * Math.min(1, since / 0.01) * Math.exp(-since / 0.07);
  });
}

function doorSlam(): Float32Array {
  const random = createRandom(5);
  let low = 0;
  return Float32Array.from({ length: RATE_HZ * 0.5 }, (_, n) => {
    low += 0.06 * (random.gaussian() - low);
    return (low + 0.3 * Math.sin((2 * Math.PI * 70 * n) / RATE_HZ)) * Math.exp(-n / RATE_HZ / 0.08);
  });
}

/** "Mm-hm" with the mouth closed: two tones rich in low harmonics, the second one higher, a breath between them. */
function hum(pitchHz: number): Float32Array {
  const random = createRandom(7);
  let phase = 0;
  return Float32Array.from({ length: RATE_HZ * 0.52 }, (_, n) => {
    const second = n / RATE_HZ;
    const isBreath = second > 0.2 && second < 0.28;
    phase += (2 * Math.PI * pitchHz * (second > 0.28 ? 1.25 : 1)) / RATE_HZ;
    const voiced = [1, 0.6, 0.25, 0.1, 0.05].reduce((sum, gain, k) => sum + gain * Math.sin((k + 1) * phase), 0);
    const fade = Math.min(1, second / 0.03, (0.52 - second) / 0.05);
    return (isBreath ? 0.05 * random.gaussian() : voiced) * fade;
  });
}

/** At the common level of speech, changed by `gainDb`, with a little silence around. */
function levelled(sound: Float32Array, gainDb: number): Spoken {
  const voice = voiceOf(sound);
  const gain = Math.sqrt(SPEECH_LEVEL_POWER / (meanPower(voice) + 1e-12)) * 10 ** (gainDb / 20);
  const around = new Float32Array((AROUND_MS * RATE_HZ) / 1000);
  const pcm = toPcm(joined([around, voice.map((value) => value * gain), around]));
  return { pcm, startMs: AROUND_MS, endMs: AROUND_MS + (voice.length * 1000) / RATE_HZ };
}

/** From the first to the last 10 ms that are not 30 dB softer than the loudest. */
function voiceOf(sound: Float32Array): Float32Array {
  const powers: number[] = [];
  for (let at = 0; at + STEP <= sound.length; at += STEP) powers.push(meanPower(sound.subarray(at, at + STEP)));
  const least = Math.max(...powers) / 1000;
  const first = powers.findIndex((power) => power >= least);
  const last = powers.findLastIndex((power) => power >= least);
  return sound.subarray(first * STEP, (last + 1) * STEP);
}
