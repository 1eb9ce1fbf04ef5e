// Measures turn detection on recorded speech, clean and in noise. See turn-detection.md.
//   node tools/bench/turn-detection.ts [--sounds /usr/share/asterisk/sounds] [--per-voice 20] [--only clean] [--echo] [--words]
import { setImmediate as nextEventLoopTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DEFAULT_TURN_DETECTION } from '../../packages/media/src/core/voice-port.ts';
import { loadSpeechModel, type SpeechModel } from '../../packages/media/src/turn-detection/speech-model.ts';
import { TurnDetector } from '../../packages/media/src/turn-detection/turn-detector.ts';
import { beginsSteadily, ECHO_DELAYS_MS, ECHO_LEVELS_DB, hearEcho, speakOver } from './echo-cases.ts';
import { measureShortWords } from './short-word-cases.ts';
import {
  concatenate,
  createRandom,
  loadUtterances,
  makeNoise,
  type NoiseKind,
  RATE_HZ,
  SPEECH_LEVEL_POWER,
  type Stream,
  toPcm,
  type Utterance,
} from './turn-detection-material.ts';

/** 10 ms at a time, as phones send it. */
const CHUNK_SAMPLES = 240;
/** The resampler holds back about 2 ms of 24 kHz sound, so a frame is complete that much later. */
const HELD_BACK_SAMPLES = 72;
const FRAME_SAMPLES = 768;

/** Noise of a quiet room, this far below the voice: about -60 dB of full scale. */
const QUIET_ROOM_DB = 34;
const SOFT_VOICE_DB = -18;

type HeardTurn = { startedAtMs: number; stoppedAtMs: number };
type Run = { turns: HeardTurn[]; cpuMsPerSecond: number };

/** Feeds a stream and notes at which place of it each event came. */
async function listen(
  model: SpeechModel,
  samples: Float32Array,
  avatarSpeaksFromMs = Number.POSITIVE_INFINITY,
): Promise<Run> {
  const turns: HeardTurn[] = [];
  let placeMs = 0;
  const detector = new TurnDetector({
    model,
    settings: DEFAULT_TURN_DETECTION,
    listener: (event) => {
      if (event.type === 'speech-started') turns.push({ startedAtMs: placeMs, stoppedAtMs: Number.POSITIVE_INFINITY });
      else if (event.type === 'speech-stopped') turns.at(-1)!.stoppedAtMs = placeMs;
    },
  });
  const pcm = toPcm(samples);
  const before = process.cpuUsage();
  for (let at = 0; at + CHUNK_SAMPLES <= pcm.length; at += CHUNK_SAMPLES) {
    const pushed = at + CHUNK_SAMPLES;
    placeMs = (pushed * 1000) / RATE_HZ;
    detector.setAvatarSpeaking(placeMs >= avatarSpeaksFromMs);
    detector.push(pcm.subarray(at, pushed));
    const due = Math.floor((pushed - HELD_BACK_SAMPLES) / FRAME_SAMPLES);
    while (detector.counters.framesJudged < due) await nextEventLoopTurn();
  }
  const used = process.cpuUsage(before);
  detector.close();
  return { turns, cpuMsPerSecond: (used.user + used.system) / 1000 / (samples.length / RATE_HZ) };
}

type Score = {
  condition: string;
  utterances: number;
  /** Utterances with a turn of their own that began in them. */
  detected: number;
  /** Utterances that fell into a turn which had begun before them. */
  merged: number;
  missed: number;
  onsetMedianMs: number;
  onsetP90Ms: number;
  endMedianMs: number;
  endP90Ms: number;
  /** Turns that ended more than 100 ms before the utterance did. */
  cutShort: number;
  falsePerMinute: number;
  cpuMsPerSecond: number;
};

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN);
}

/** A turn may begin this much before the gate opens on the clean sound: breath, and frames that straddle the onset. */
const EARLY_MS = 200;

function score(condition: string, { turns, cpuMsPerSecond }: Run, { truth, samples }: Stream): Score {
  const onsetDelays: number[] = [];
  const endDelays: number[] = [];
  let merged = 0;
  let missed = 0;
  let cutShort = 0;
  for (const { startMs, endMs } of truth) {
    const own = turns.filter((turn) => turn.startedAtMs >= startMs - EARLY_MS && turn.startedAtMs <= endMs);
    const running = turns.find((turn) => turn.startedAtMs < startMs - EARLY_MS && turn.stoppedAtMs > startMs + 300);
    if (running !== undefined) merged++;
    else if (own[0] === undefined) missed++;
    else onsetDelays.push(own[0].startedAtMs - startMs);
    cutShort += own.filter((turn) => turn.stoppedAtMs < endMs - 100).length;
    const last = [...own, ...(running ? [running] : [])].sort((a, b) => a.startedAtMs - b.startedAtMs).at(-1);
    if (last !== undefined && Number.isFinite(last.stoppedAtMs)) endDelays.push(last.stoppedAtMs - endMs);
  }
  const falseTurns = turns.filter(
    (turn) =>
      !truth.some(({ startMs, endMs }) => turn.startedAtMs >= startMs - EARLY_MS && turn.startedAtMs <= endMs + 300),
  ).length;
  const speechMs = truth.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  const quietMinutes = ((samples.length * 1000) / RATE_HZ - speechMs) / 60_000;
  return {
    condition,
    utterances: truth.length,
    detected: onsetDelays.length,
    merged,
    missed,
    onsetMedianMs: quantile(onsetDelays, 0.5),
    onsetP90Ms: quantile(onsetDelays, 0.9),
    endMedianMs: quantile(endDelays, 0.5),
    endP90Ms: quantile(endDelays, 0.9),
    cutShort,
    falsePerMinute: Number((falseTurns / quietMinutes).toFixed(2)),
    cpuMsPerSecond: Number(cpuMsPerSecond.toFixed(1)),
  };
}

function mix(clean: Float32Array, noise: Float32Array | null, signalToNoiseDb: number): Float32Array {
  if (noise === null) return clean;
  const gain = Math.sqrt(SPEECH_LEVEL_POWER) * 10 ** (-signalToNoiseDb / 20);
  return clean.map((sample, n) => sample + gain * noise[n]!);
}

async function measureListening(model: SpeechModel, stream: Stream, talkers: readonly Utterance[], only: string) {
  const scores: Score[] = [];
  const conditions: { kind: NoiseKind | null; db: number; name: string; gainDb?: number }[] = [
    { kind: null, db: 0, name: 'clean' },
    { kind: 'pink', db: QUIET_ROOM_DB, name: 'quiet room' },
    { kind: 'pink', db: QUIET_ROOM_DB, name: 'quiet room, soft voice', gainDb: SOFT_VOICE_DB },
  ];
  for (const kind of ['white', 'pink', 'babble'] as const)
    for (const db of [10, 5, 0]) conditions.push({ kind, db, name: `${kind} ${db} dB` });
  const noises = new Map<NoiseKind, Float32Array>();
  for (const { kind, db, name, gainDb = 0 } of conditions) {
    if (!name.startsWith(only)) continue;
    if (kind !== null && !noises.has(kind)) noises.set(kind, makeNoise(kind, stream.samples.length, talkers, 11));
    const gain = 10 ** (gainDb / 20);
    const spoken = gainDb === 0 ? stream.samples : stream.samples.map((sample) => gain * sample);
    const samples = mix(spoken, kind === null ? null : noises.get(kind)!, db);
    scores.push(score(name, await listen(model, samples), stream));
  }
  console.table(scores);
}

/** The user speaks eight utterances, then the avatar speaks for the rest; what the microphone then hears is the case. */
async function measureInterrupting(model: SpeechModel, own: readonly Utterance[], other: readonly Utterance[]) {
  const learnt = own.slice(0, 8);
  const rows: Record<string, unknown>[] = [];
  const cases = [
    { condition: 'user interrupts', utterances: own.slice(8), gainDb: 0 },
    { condition: 'user interrupts, 6 dB quieter', utterances: own.slice(8), gainDb: -6 },
    { condition: 'echo of the avatar at -12 dB', utterances: other, gainDb: -12 },
    { condition: 'echo of the avatar at -20 dB', utterances: other, gainDb: -20 },
  ];
  for (const { condition, utterances, gainDb } of cases) {
    const gain = 10 ** (gainDb / 20);
    const scaled = utterances.map((utterance) => ({ ...utterance, samples: utterance.samples.map((s) => s * gain) }));
    const stream = concatenate([...learnt, ...scaled], createRandom(3));
    const room = makeNoise('pink', stream.samples.length, [], 5);
    const avatarFromMs = stream.truth[learnt.length]!.startMs - 300;
    const run = await listen(model, mix(stream.samples, room, 35), avatarFromMs);
    const truth = stream.truth.slice(learnt.length);
    const turns = run.turns.filter((turn) => turn.startedAtMs >= avatarFromMs);
    const delays = truth.flatMap(({ startMs, endMs }) => {
      const turn = turns.find(({ startedAtMs }) => startedAtMs >= startMs - EARLY_MS && startedAtMs <= endMs);
      return turn === undefined ? [] : [turn.startedAtMs - startMs];
    });
    rows.push({
      condition,
      utterances: truth.length,
      interruptions: delays.length,
      delayMedianMs: quantile(delays, 0.5),
      delayP90Ms: quantile(delays, 0.9),
    });
  }
  console.table(rows);
}

/** The avatar's own sound in the microphone, in a room: replies that nobody answers, and a user who speaks over them. */
async function measureEcho(model: SpeechModel, spoken: readonly Utterance[]): Promise<void> {
  const avatar = spoken.slice(0, 16);
  const user = spoken.slice(16).filter(beginsSteadily).slice(0, 14);
  const rows: Record<string, unknown>[] = [];
  const over = async (condition: string, path: Parameters<typeof speakOver>[1], echo: object, byLevelOnly: boolean) => {
    const { spokenOver, noticed, delaysMs, selfInterruptions } = await speakOver(
      model,
      path,
      avatar,
      user,
      byLevelOnly,
    );
    const delays = { delayMedianMs: quantile(delaysMs, 0.5), delayP95Ms: quantile(delaysMs, 0.95) };
    rows.push({ condition, ...echo, spokenOver, noticed, ...delays, selfInterruptionsBefore: selfInterruptions });
  };
  await over('no echo', null, {}, false);
  for (const levelDb of ECHO_LEVELS_DB) {
    for (const delayMs of ECHO_DELAYS_MS) {
      const path = { levelDb, delayMs, reverberant: true };
      const first = await hearEcho(model, path, avatar, []);
      const later = await hearEcho(model, path, avatar, user.slice(0, 2));
      const echo = {
        echoSeconds: Math.round(first.echoSeconds + later.echoSeconds),
        selfInterruptions: first.selfInterruptions + later.selfInterruptions,
      };
      await over(`echo ${levelDb} dB, ${delayMs} ms`, path, echo, false);
    }
  }
  for (const levelDb of ECHO_LEVELS_DB.slice(0, 3)) {
    const path = { levelDb, delayMs: 150, reverberant: true };
    const { echoSeconds, selfInterruptions } = await hearEcho(model, path, avatar, [], true);
    const echo = { echoSeconds: Math.round(echoSeconds), selfInterruptions };
    await over(`echo ${levelDb} dB, 150 ms, no canceller`, path, echo, true);
  }
  console.table(rows);
}

async function measureModel(model: SpeechModel): Promise<void> {
  const stream = model.createStream();
  const frame = Float32Array.from({ length: 512 }, (_, n) => 0.1 * Math.sin(n / 7));
  const times: number[] = [];
  for (let k = 0; k < 2_000; k++) {
    const startedAt = performance.now();
    await stream.probability(frame);
    times.push(1000 * (performance.now() - startedAt));
  }
  console.log(`speech model: median ${quantile(times, 0.5)} µs, p90 ${quantile(times, 0.9)} µs per frame of 32 ms`);
}

const { values } = parseArgs({
  options: {
    sounds: { type: 'string', default: '/usr/share/asterisk/sounds' },
    'per-voice': { type: 'string', default: '20' },
    only: { type: 'string', default: '' },
    echo: { type: 'boolean', default: false },
    words: { type: 'boolean', default: false },
  },
});
if (values.words) {
  await measureShortWords(`${values.sounds}/en_US_f_Allison`, console.log);
  process.exit(0);
}
const model = await loadSpeechModel();
await measureModel(model);
const voices = await loadUtterances(values.sounds, Number(values['per-voice']));
if (voices.size === 0)
  throw new Error(`No recordings under ${values.sounds}: apt-get install asterisk-core-sounds-en-g722`);
for (const [voice, utterances] of voices) console.log(`${voice}: ${utterances.length} utterances`);
const names = [...voices.keys()];
if (values.echo) {
  await measureEcho(model, voices.get(names[0]!)!);
  process.exit(0);
}
// The last voice is kept apart as the other people in the room.
const others = voices.get(names.at(-1)!)!;
const speakers = (names.length > 1 ? names.slice(0, -1) : names).flatMap((name) => voices.get(name)!);
const stream = concatenate(speakers, createRandom(1));
console.log(`${(stream.samples.length / RATE_HZ / 60).toFixed(1)} minutes, ${stream.truth.length} utterances`);
await measureListening(
  model,
  stream,
  names.flatMap((name) => voices.get(name)!),
  values.only,
);
await measureInterrupting(model, voices.get(names[0]!)!, others);
