// Measures whether a turn ends when the sentence does, on recorded speech that is cut in its pauses. See turn-detection.md.
//   node tools/bench/turn-end.ts --model data/models/smart-turn-v3.2/smart-turn-v3.2-cpu.onnx [--sounds /usr/share/asterisk/sounds] [--per-voice 24]
//     [--answer-ms 150] [--verbose]
import { setImmediate as nextEventLoopTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DEFAULT_TURN_DETECTION } from '../../packages/media/src/core/voice-port.ts';
import { SmartTurn } from '../../packages/media/src/inference/smart-turn.ts';
import { loadSpeechModel } from '../../packages/media/src/turn-detection/speech-model.ts';
import { TurnDetector } from '../../packages/media/src/turn-detection/turn-detector.ts';
import type { TurnEndModel } from '../../packages/media/src/turn-detection/turn-end-watch.ts';
import {
  GATE_SAMPLES,
  gate,
  joined,
  loadUtterances,
  makeNoise,
  RATE_HZ,
  toPcm,
  type Utterance,
} from './turn-detection-material.ts';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    sounds: { type: 'string', default: '/usr/share/asterisk/sounds' },
    'per-voice': { type: 'string', default: '24' },
    'answer-ms': { type: 'string', default: '150' },
    verbose: { type: 'boolean', default: false },
  },
});

/** Where a recording falls silent. */
type Place = 'at its end' | 'between clauses' | 'within a phrase';
type Cut = { readonly utterance: Utterance; readonly place: Place; readonly at: number };
type Heard = { readonly cut: Cut; readonly waitMs: number };

const CHUNK_SAMPLES = 240;
const FRAME_SAMPLES = 768;
const HELD_BACK_SAMPLES = 72;
const SILENCE_MS = 2600;
/** Noise of a quiet room, 62 dB below full scale. */
const ROOM_GAIN = 10 ** (-62 / 20);
/** Gaps of a voice: a breath between clauses, and the closing of a consonant or a word's end. */
const CLAUSE_GAP_MS = 150;
const PHRASE_GAP_MS = [40, 110] as const;
/** Speech before and behind a cut. */
const LEAST_BEFORE_MS = 500;
const LEAST_BEHIND_MS = 400;

function cutsOf(utterance: Utterance): Cut[] {
  const open = gate(utterance.samples);
  const [first, end] = [utterance.start / GATE_SAMPLES, utterance.end / GATE_SAMPLES];
  const cuts: Cut[] = [{ utterance, place: 'at its end', at: utterance.end }];
  for (let k = first; k < end; k++) {
    if (open[k]) continue;
    let behind = k;
    while (!open[behind]) behind++;
    const gapMs = (behind - k) * 10;
    const place = gapMs >= CLAUSE_GAP_MS ? 'between clauses' : 'within a phrase';
    const isGap = gapMs >= CLAUSE_GAP_MS || (gapMs >= PHRASE_GAP_MS[0] && gapMs <= PHRASE_GAP_MS[1]);
    const isInside = (k - first) * 10 >= LEAST_BEFORE_MS && (end - behind) * 10 >= LEAST_BEHIND_MS;
    if (isGap && isInside && !cuts.some((cut) => cut.place === place))
      cuts.push({ utterance, place, at: k * GATE_SAMPLES });
    k = behind;
  }
  return cuts;
}

/** Answers come this long after the question, by the clock of the sound. */
class TimedModel implements TurnEndModel {
  placeMs = 0;
  readonly probabilities: number[] = [];
  readonly inferenceMs: number[] = [];
  #waiting: { dueMs: number; answer: () => void }[] = [];
  #busy: Promise<void> = Promise.resolve();
  readonly #model: SmartTurn;

  constructor(model: SmartTurn) {
    this.#model = model;
  }

  async probability(samples16k: Float32Array): Promise<number> {
    const dueMs = this.placeMs + Number(values['answer-ms']);
    const began = process.cpuUsage();
    const asked = this.#model.probability(samples16k);
    const due = new Promise<void>((answer) => this.#waiting.push({ dueMs, answer }));
    this.#busy = asked.then((value) => {
      const { user, system } = process.cpuUsage(began);
      this.inferenceMs.push((user + system) / 1000);
      this.probabilities.push(value);
    });
    await due;
    return await asked;
  }

  async reach(placeMs: number): Promise<void> {
    this.placeMs = placeMs;
    await this.#busy;
    for (const { dueMs, answer } of this.#waiting) if (dueMs <= placeMs) answer();
    this.#waiting = this.#waiting.filter(({ dueMs }) => dueMs > placeMs);
    await nextEventLoopTurn();
  }
}

const speech = await loadSpeechModel();

/** How long after the voice the turn ends; infinite: not in the silence behind it. */
async function hear(cut: Cut, model: TimedModel | null, silenceDurationMs: number): Promise<Heard> {
  const { utterance, at } = cut;
  const room = makeNoise('pink', RATE_HZ * (SILENCE_MS / 1000 + 0.6) + at - utterance.start, [], 7);
  const lead = new Float32Array(RATE_HZ * 0.6);
  const voice = utterance.samples.subarray(utterance.start, at);
  const samples = joined([lead, voice, new Float32Array((RATE_HZ * SILENCE_MS) / 1000)]).map(
    (value, k) => value + ROOM_GAIN * (room[k] ?? 0),
  );
  const endMs = ((lead.length + voice.length) * 1000) / RATE_HZ;
  let placeMs = 0;
  const stopsMs: number[] = [];
  const detector = new TurnDetector({
    model: speech,
    ...(model !== null && { turnEndModel: model }),
    settings: { ...DEFAULT_TURN_DETECTION, silenceDurationMs },
    listener: ({ type }) => {
      if (type === 'speech-stopped') stopsMs.push(placeMs);
    },
  });
  const pcm = toPcm(samples);
  for (let from = 0; from + CHUNK_SAMPLES <= pcm.length; from += CHUNK_SAMPLES) {
    placeMs = ((from + CHUNK_SAMPLES) * 1000) / RATE_HZ;
    detector.push(pcm.subarray(from, from + CHUNK_SAMPLES));
    const due = Math.floor((from + CHUNK_SAMPLES - HELD_BACK_SAMPLES) / FRAME_SAMPLES);
    while (detector.counters.framesJudged < due) await nextEventLoopTurn();
    await model?.reach(placeMs);
    if (stopsMs.some((stopMs) => stopMs > endMs)) break;
  }
  detector.close();
  const stopMs = stopsMs.find((value) => value > endMs - 50);
  return { cut, waitMs: stopMs === undefined ? Number.POSITIVE_INFINITY : stopMs - endMs };
}

function quantile(numbers: readonly number[], share: number): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(share * (numbers.length - 1))] ?? Number.NaN;
}

function row(title: string, heard: readonly Heard[]): string {
  const waits = heard.map(({ waitMs }) => waitMs);
  const within = (limitMs: number) => waits.filter((waitMs) => waitMs <= limitMs).length;
  const shares = [300, 500, 1000].map(
    (limitMs) => `${within(limitMs)} (${Math.round((100 * within(limitMs)) / waits.length)} %)`,
  );
  return `| ${title} | ${waits.length} | ${shares.join(' | ')} | ${Math.round(quantile(waits, 0.5))} / ${Math.round(quantile(waits, 0.9))} |`;
}

if (values.model === undefined) throw new Error('--model FILE is missing: npx visavis models pull smart-turn-v3.2');
const smartTurn = await SmartTurn.open(values.model);
const voices = await loadUtterances(values.sounds, Number(values['per-voice']));
console.log(
  '| Falls silent | Cases | Ended within 300 ms | 500 ms | 1000 ms | Wait median / p90 ms |\n|---|---|---|---|---|---|',
);
const costs: number[] = [];
const everything: Heard[] = [];
for (const [voice, utterances] of voices) {
  const heard: Heard[] = [];
  for (const cut of utterances.flatMap(cutsOf)) {
    const model = new TimedModel(smartTurn);
    const result = await hear(cut, model, DEFAULT_TURN_DETECTION.silenceDurationMs);
    heard.push(result);
    costs.push(...model.inferenceMs);
    if (values.verbose) {
      const seconds = ((cut.at - cut.utterance.start) / RATE_HZ).toFixed(2);
      const p = model.probabilities.map((value) => value.toFixed(2)).join(' ');
      console.error(voice, cut.utterance.name, cut.place, seconds, Math.round(result.waitMs), p);
    }
  }
  everything.push(...heard);
  for (const place of ['at its end', 'between clauses', 'within a phrase'] as const) {
    const here = heard.filter(({ cut }) => cut.place === place);
    if (here.length > 0) console.log(row(`${voice}, ${place}`, here));
  }
}
for (const place of ['at its end', 'between clauses', 'within a phrase'] as const) {
  console.log(
    row(
      `all, ${place}`,
      everything.filter(({ cut }) => cut.place === place),
    ),
  );
}
console.log(
  `\nProcessor time of a judgement, ms: median ${Math.round(quantile(costs, 0.5))}, p90 ${Math.round(quantile(costs, 0.9))}.`,
);
