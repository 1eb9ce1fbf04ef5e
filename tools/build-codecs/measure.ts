// Measures what the codecs of a call cost and show: eight encoders in turn, as in eight calls, on talking pictures of two
// avatars, 512x512, 800 kbit/s. node tools/build-codecs/measure.ts [rounds=3]

import { OPUS_FRAME_SAMPLES, OpusEncoder } from '../../packages/media/src/codecs/opus-encoder.ts';
import { PictureDecoder } from '../../packages/media/src/codecs/picture-decoder.ts';
import type { Picture } from '../../packages/media/src/core/picture.ts';
import { Resampler } from '../../packages/media/src/core/resampler.ts';
import { VideoEncoder } from '../../packages/media/src/webrtc/video-encoder.ts';
import { quantile } from '../../tests/support/statistics.ts';
import { speakSample } from '../bench/spoken-sample.ts';
import { talkingPictures } from '../bench/talking-pictures.ts';
import { peakSignalToNoiseDb, structuralSimilarity } from './picture-quality.ts';

const SIDE_PX = 512;
const KBPS = 800;
const CALLS = 8;
const WARM_PICTURES = 40;
const MEASURED_PICTURES = 40;
const CODECS = ['vp8', 'h264'] as const;
type Codec = (typeof CODECS)[number];

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const open = (codec: Codec): Promise<VideoEncoder> =>
  VideoEncoder.open({ codec, widthPx: SIDE_PX, heightPx: SIDE_PX, bitrateKbps: KBPS });

/** Processor time of one picture, in milliseconds. */
async function speedOf(codec: Codec, pictures: readonly Picture[]): Promise<number> {
  const encoders = await Promise.all(Array.from({ length: CALLS }, () => open(codec)));
  const encode = (from: number, count: number): void => {
    for (const [index, picture] of pictures.slice(from, from + count).entries()) {
      for (const encoder of encoders) encoder.encode(picture, 0, from + index === 0);
    }
  };
  encode(0, WARM_PICTURES);
  const startedAt = processorMs();
  encode(WARM_PICTURES, MEASURED_PICTURES);
  const usedMs = processorMs() - startedAt;
  for (const encoder of encoders) encoder.close();
  return usedMs / CALLS / MEASURED_PICTURES;
}

async function qualityOf(
  codec: Codec,
  pictures: readonly Picture[],
): Promise<{ kbps: number; psnr: number; ssim: number }> {
  const encoder = await open(codec);
  const decoder = await PictureDecoder.open(codec);
  let bytes = 0;
  const psnr: number[] = [];
  const ssim: number[] = [];
  for (const [index, picture] of pictures.entries()) {
    const coded = encoder.encode(picture, 0, index === 0);
    if (coded === null) throw new Error('A picture was left out.');
    bytes += coded.data.byteLength;
    const shown = decoder.decode(Buffer.from(coded.data));
    if (shown === null) throw new Error('A picture cannot be decoded.');
    psnr.push(peakSignalToNoiseDb(picture.data, shown.data, SIDE_PX * SIDE_PX));
    ssim.push(structuralSimilarity(picture.data, shown.data, SIDE_PX));
  }
  encoder.close();
  decoder.close();
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { kbps: (bytes * 8 * 25) / pictures.length / 1000, psnr: mean(psnr), ssim: mean(ssim) };
}

/** Processor time of one packet of 20 ms, in milliseconds. */
async function soundCost(): Promise<number> {
  const { sample } = await speakSample(0);
  const sound = new Resampler(24_000, 48_000).process(sample.pcm);
  const encoder = await OpusEncoder.open();
  const encode = (): void => {
    for (let at = 0; at + OPUS_FRAME_SAMPLES <= sound.length; at += OPUS_FRAME_SAMPLES) {
      encoder.encode(sound.subarray(at, at + OPUS_FRAME_SAMPLES));
    }
  };
  encode();
  const startedAt = processorMs();
  encode();
  const usedMs = processorMs() - startedAt;
  encoder.close();
  return usedMs / Math.floor(sound.length / OPUS_FRAME_SAMPLES);
}

const rounds = Number(process.argv[2] ?? 3);
for (const avatar of ['iris', 'marcus']) {
  const bundlePath = new URL(`../../avatars/${avatar}`, import.meta.url).pathname;
  const { sample } = await speakSample(0);
  const pictures = await talkingPictures({ bundlePath, widthPx: SIDE_PX, heightPx: SIDE_PX, count: 250 }, sample);
  const costs: Record<Codec, number[]> = { vp8: [], h264: [] };
  for (let round = 0; round < rounds; round++) {
    for (const codec of CODECS) costs[codec].push(await speedOf(codec, pictures));
  }
  for (const codec of CODECS) {
    const { kbps, psnr, ssim } = await qualityOf(codec, pictures);
    const cost = `${quantile(costs[codec], 0.5).toFixed(2)} ms a picture`;
    const shown = `PSNR-Y ${psnr.toFixed(1)} dB, SSIM ${(-10 * Math.log10(1 - ssim)).toFixed(1)} dB`;
    console.log(`${avatar}, ${codec}: ${cost}, ${kbps.toFixed(0)} kbit/s, ${shown}`);
  }
}
const sound: number[] = [];
for (let round = 0; round < rounds; round++) sound.push(await soundCost());
console.log(`Opus, 32 kbit/s: ${quantile(sound, 0.5).toFixed(3)} ms a packet`);
process.exit(0);
