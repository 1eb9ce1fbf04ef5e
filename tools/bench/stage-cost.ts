import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FRAME_INTERVAL_MS, wireSamplesToMs } from '../../packages/media/src/core/audio-format.ts';
import { createPicture, type Picture } from '../../packages/media/src/core/picture.ts';
import { type Face, type FacePose, openFace } from '../../packages/media/src/frames/face.ts';
import { loadSpeechModel, SPEECH_FRAME_SAMPLES } from '../../packages/media/src/turn-detection/speech-model.ts';
import {
  type ArticulationNetwork,
  loadArticulationNetwork,
} from '../../packages/media/src/visemes/articulation-network.ts';
import { VideoEncoder } from '../../packages/media/src/webrtc/video-encoder.ts';
import { quantile } from '../../tests/support/statistics.ts';
import type { Measure } from './results.ts';
import { type SpokenSample, speakSample } from './spoken-sample.ts';
import { talkingPictures, talkingPoses } from './talking-pictures.ts';

const SIDE_PX = 512;
const AVATAR = path.resolve(import.meta.dirname, '../../avatars/iris');
/** What the server opens its encoders with. */
const BITRATE_KBPS = 800;
const SENTENCES = 10;
const VAD_FRAMES = 1000;
const NETWORK_PUSH_SAMPLES = 480;
const FLOOR_PICTURES = 250;
const FLOOR_CALLS = 8;
const FLOOR_CALL_APART = 31;

function renderAll(face: Face, poses: readonly FacePose[], use: (picture: Picture, ms: number) => void) {
  const performer = face.createPerformer();
  const picture = createPicture(SIDE_PX, SIDE_PX);
  for (const [index, pose] of poses.entries()) {
    const startedAtMs = performance.now();
    performer.render(index, pose, picture);
    use(picture, performance.now() - startedAtMs);
  }
}

export type EncoderFloor = {
  /** Of one call. */
  readonly coreShare: number;
  readonly kbps: number;
  readonly pictures: number;
  readonly calls: number;
};

/**
 * Encodes talking pictures that were rendered beforehand, 25 a second in each of as many calls as a worker has at once, and
 * nothing else. One encoder that wakes alone finds cold caches, and would make the floor higher than what stands on it.
 */
export async function measureEncoderFloor(): Promise<EncoderFloor> {
  const { sample } = await speakSample(0);
  const pictures = await talkingPictures(
    { bundlePath: AVATAR, widthPx: SIDE_PX, heightPx: SIDE_PX, count: FLOOR_PICTURES },
    sample,
  );
  const encoders = await Promise.all(
    Array.from({ length: FLOOR_CALLS }, () =>
      VideoEncoder.open({ codec: 'vp8', widthPx: SIDE_PX, heightPx: SIDE_PX, bitrateKbps: BITRATE_KBPS }),
    ),
  );
  globalThis.gc?.();
  await delay(500);
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  let bytes = 0;
  for (const index of pictures.keys()) {
    await delay(Math.max(0, startedAtMs + index * FRAME_INTERVAL_MS - performance.now()));
    for (const [call, encoder] of encoders.entries()) {
      // Calls stand at places of their own.
      const picture = pictures[(index + call * FLOOR_CALL_APART) % pictures.length] as Picture;
      bytes += encoder.encode(picture, index * FRAME_INTERVAL_MS, index === 0)?.data.length ?? 0;
    }
  }
  const used = process.cpuUsage(before);
  const elapsedMs = pictures.length * FRAME_INTERVAL_MS;
  for (const encoder of encoders) encoder.close();
  return {
    coreShare: (used.user + used.system) / 1000 / elapsedMs / FLOOR_CALLS,
    kbps: (bytes * 8) / elapsedMs / FLOOR_CALLS,
    pictures: pictures.length,
    calls: FLOOR_CALLS,
  };
}

async function measureRender(sample: SpokenSample): Promise<Measure[]> {
  const face = await openFace(AVATAR, { widthPx: SIDE_PX, heightPx: SIDE_PX });
  const poses = talkingPoses(face, sample);
  renderAll(face, poses, () => {});
  const timesMs: number[] = [];
  const copiesMs: number[] = [];
  const copy = createPicture(SIDE_PX, SIDE_PX);
  const measureRound = (): void =>
    renderAll(face, poses, (picture, ms) => {
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
