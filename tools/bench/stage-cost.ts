import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Articulation, MOUTH_AT_REST } from '../../packages/media/src/core/articulation.ts';
import { FRAME_INTERVAL_MS, wireSamplesToMs } from '../../packages/media/src/core/audio-format.ts';
import { createPicture, type Picture } from '../../packages/media/src/core/picture.ts';
import { type Face, openFace } from '../../packages/media/src/frames/face.ts';
import { loadSpeechModel, SPEECH_FRAME_SAMPLES } from '../../packages/media/src/turn-detection/speech-model.ts';
import {
  type ArticulationNetwork,
  loadArticulationNetwork,
} from '../../packages/media/src/visemes/articulation-network.ts';
import { ArticulationTrack } from '../../packages/media/src/visemes/articulation-track.ts';
import { VideoEncoder } from '../../packages/media/src/webrtc/video-encoder.ts';
import { quantile } from '../../tests/support/statistics.ts';
import type { Measure } from './results.ts';
import { type SpokenSample, speakSample } from './spoken-sample.ts';

const SIDE_PX = 512;
const AVATAR = path.resolve(import.meta.dirname, '../../avatars/iris');
/** What the server opens its encoders with. */
const BITRATE_KBPS = 800;
const SENTENCES = 10;
const VAD_FRAMES = 1000;
const NETWORK_PUSH_SAMPLES = 480;

/** What a talking picture shows, picture by picture, over the whole sample. */
export function articulationsOf(sample: SpokenSample): Articulation[] {
  const track = new ArticulationTrack({ network: null });
  track.appendAudio(sample.pcm);
  track.appendPhones(sample.phones);
  track.finish();
  const count = Math.floor(wireSamplesToMs(sample.pcm.length) / FRAME_INTERVAL_MS);
  return Array.from({ length: count }, (_unused, index) => {
    const articulation = { ...MOUTH_AT_REST };
    track.sampleAt(index * FRAME_INTERVAL_MS, articulation);
    return articulation;
  });
}

function renderAll(face: Face, articulations: readonly Articulation[], use: (picture: Picture, ms: number) => void) {
  const performer = face.createPerformer();
  const picture = createPicture(SIDE_PX, SIDE_PX);
  for (const [index, articulation] of articulations.entries()) {
    const startedAtMs = performance.now();
    performer.render(index, { articulation, smile: 0, brows: 0 }, picture);
    use(picture, performance.now() - startedAtMs);
  }
}

export type EncoderFloor = { readonly coreShare: number; readonly kbps: number; readonly pictures: number };

/** Encodes talking pictures that were rendered beforehand, 25 a second as in a call, and nothing else. */
export async function measureEncoderFloor(): Promise<EncoderFloor> {
  const { sample } = await speakSample(0);
  const face = await openFace(AVATAR, { widthPx: SIDE_PX, heightPx: SIDE_PX });
  const pictures: Picture[] = [];
  renderAll(face, articulationsOf(sample).slice(0, 250), (picture) =>
    pictures.push({ ...picture, data: picture.data.slice() }),
  );
  face.close();
  const encoder = await VideoEncoder.open({
    codec: 'vp8',
    widthPx: SIDE_PX,
    heightPx: SIDE_PX,
    bitrateKbps: BITRATE_KBPS,
  });
  globalThis.gc?.();
  await delay(500);
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  let bytes = 0;
  for (const [index, picture] of pictures.entries()) {
    await delay(Math.max(0, startedAtMs + index * FRAME_INTERVAL_MS - performance.now()));
    bytes += encoder.encode(picture, index * FRAME_INTERVAL_MS, index === 0)?.data.length ?? 0;
  }
  const used = process.cpuUsage(before);
  const elapsedMs = performance.now() - startedAtMs;
  encoder.close();
  return {
    coreShare: (used.user + used.system) / 1000 / elapsedMs,
    kbps: (bytes * 8) / elapsedMs,
    pictures: pictures.length,
  };
}

async function measureRender(sample: SpokenSample): Promise<Measure[]> {
  const face = await openFace(AVATAR, { widthPx: SIDE_PX, heightPx: SIDE_PX });
  const articulations = articulationsOf(sample);
  renderAll(face, articulations, () => {});
  const timesMs: number[] = [];
  const copiesMs: number[] = [];
  const copy = createPicture(SIDE_PX, SIDE_PX);
  const measureRound = (): void =>
    renderAll(face, articulations, (picture, ms) => {
      timesMs.push(ms);
      const startedAtMs = performance.now();
      copy.data.set(picture.data);
      copiesMs.push(performance.now() - startedAtMs);
    });
  measureRound();
  measureRound();
  face.close();
  const note = `${timesMs.length} pictures; floor: a copy of ${Math.round(copy.data.length / 1000)} KB`;
  const row = (name: string, share: number): Measure => ({
    section: 'stages',
    what: `live picture, ${name}`,
    value: quantile(timesMs, share),
    unit: 'ms',
    floor: quantile(copiesMs, share),
    note,
  });
  return [row('median', 0.5), row('p95', 0.95)];
}

function networkCpuMsPerSecond(network: ArticulationNetwork, pcm: Int16Array): number {
  const stream = network.openStream(() => {});
  const before = process.cpuUsage();
  for (let at = 0; at < pcm.length; at += NETWORK_PUSH_SAMPLES) {
    stream.push(pcm.subarray(at, at + NETWORK_PUSH_SAMPLES));
  }
  stream.finish();
  const used = process.cpuUsage(before);
  return (used.user + used.system) / wireSamplesToMs(pcm.length);
}

async function measureNetwork(sample: SpokenSample): Promise<Measure> {
  const network = await loadArticulationNetwork();
  networkCpuMsPerSecond(network, sample.pcm);
  const rounds = [0, 1, 2].map(() => networkCpuMsPerSecond(network, sample.pcm));
  return {
    section: 'stages',
    what: 'articulation network per second of sound',
    value: quantile(rounds, 0.5),
    unit: 'CPU-ms',
    note: `looks ${network.lookAheadMs} ms ahead`,
  };
}

async function measureDetector(): Promise<Measure> {
  const stream = (await loadSpeechModel()).createStream();
  const frame = Float32Array.from({ length: SPEECH_FRAME_SAMPLES }, (_unused, n) => 0.1 * Math.sin(n / 7));
  const timesMs: number[] = [];
  for (let index = 0; index < VAD_FRAMES; index += 1) {
    const startedAtMs = performance.now();
    await stream.probability(frame);
    timesMs.push(performance.now() - startedAtMs);
  }
  return {
    section: 'stages',
    what: 'voice activity per frame of 32 ms',
    value: quantile(timesMs, 0.5),
    unit: 'ms',
    note: `median of ${VAD_FRAMES}; p95 ${quantile(timesMs, 0.95).toFixed(2)} ms`,
  };
}

/** What single stages take, in this process and without a call around them. */
export async function measureStages(): Promise<Measure[]> {
  const { sample, firstAudioMs } = await speakSample(SENTENCES);
  const speech = (name: string, share: number): Measure => ({
    section: 'stages',
    what: `local voice, first sound of a sentence, ${name}`,
    value: quantile(firstAudioMs, share),
    unit: 'ms',
    note: `${SENTENCES} times the same sentence of 49 letters`,
  });
  return [
    ...(await measureRender(sample)),
    await measureNetwork(sample),
    await measureDetector(),
    speech('median', 0.5),
    speech('p95', 0.95),
  ];
}
