import type { Articulation } from '../../packages/media/src/core/articulation.ts';
import { FRAME_INTERVAL_MS, FRAMES_PER_SECOND } from '../../packages/media/src/core/audio-format.ts';
import { createPicture } from '../../packages/media/src/core/picture.ts';
import type { Face } from '../../packages/media/src/frames/face.ts';
import { VideoEncoder } from '../../packages/media/src/webrtc/video-encoder.ts';
import { quantile } from '../../tests/support/statistics.ts';
import { SIDE_PX } from './film.ts';

const ROUNDS = 12;
const PICTURES_PER_ROUND = 25;
/** What the server opens its encoders with. */
const BITRATE_KBPS = 800;

/** Processor time, in milliseconds per picture of `SIDE_PX` squared. */
export type RenderCost = { readonly renderMs: number; readonly encodeMs: number };

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Median over rounds of a second of speech each, so that other work on the machine counts little. */
export async function measureRenderCost(face: Face, articulations: readonly Articulation[]): Promise<RenderCost> {
  const encoder = await VideoEncoder.open({
    codec: 'vp8',
    widthPx: SIDE_PX,
    heightPx: SIDE_PX,
    bitrateKbps: BITRATE_KBPS,
  });
  const performer = face.createPerformer();
  const pictures = Array.from({ length: PICTURES_PER_ROUND }, () => createPicture(SIDE_PX, SIDE_PX));
  const renderMs: number[] = [];
  const encodeMs: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const first = Math.max(0, round) * PICTURES_PER_ROUND;
    const startMs = processorMs();
    for (const [index, picture] of pictures.entries()) {
      const articulation = articulations[(first + index) % articulations.length];
      if (articulation !== undefined) performer.render(first + index, { articulation, smile: 0, brows: 0 }, picture);
    }
    const renderedMs = processorMs();
    for (const [index, picture] of pictures.entries()) {
      encoder.encode(picture, ((round + 1) * PICTURES_PER_ROUND + index) * FRAME_INTERVAL_MS, round < 0 && index === 0);
    }
    // The first round warms up.
    if (round < 0) continue;
    renderMs.push((renderedMs - startMs) / PICTURES_PER_ROUND);
    encodeMs.push((processorMs() - renderedMs) / PICTURES_PER_ROUND);
  }
  encoder.close();
  return { renderMs: quantile(renderMs, 0.5), encodeMs: quantile(encodeMs, 0.5) };
}

/** Talking sessions that a core carries if it did nothing but rendering, encoding and listening to the sound. */
export function sessionsPerCore(cost: RenderCost, networkMsPerSecond: number): number {
  return 1000 / ((cost.renderMs + cost.encodeMs) * FRAMES_PER_SECOND + networkMsPerSecond);
}
