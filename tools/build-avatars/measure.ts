// Measures the face renderer against a plain copy of the same picture: `node tools/build-avatars/measure.ts [--size 512x512]`.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MOUTH_AT_REST } from '../../packages/media/src/core/articulation.ts';
import { createPicture } from '../../packages/media/src/core/picture.ts';
import { openFace } from '../../packages/media/src/frames/face.ts';
import { CHARACTERS } from './characters.ts';

const { values } = parseArgs({
  options: { size: { type: 'string', default: '512x512' }, frames: { type: 'string', default: '1000' } },
});
const [widthPx = 512, heightPx = 512] = values.size.split('x').map(Number);
const frameCount = Number(values.frames);

/** Calls measured together: the processor clock is too coarse for one. */
const BATCH = 20;

type Samples = { readonly wallMs: number[]; readonly cpuMs: number[] };

/** Wall time of every call, and processor time of this thread per call in batches; the latter holds on a busy machine. */
function time(count: number, work: (i: number) => void): Samples {
  const wallMs: number[] = [];
  const cpuMs: number[] = [];
  for (let start = 0; start < count; start += BATCH) {
    const before = process.threadCpuUsage();
    for (let i = start; i < start + BATCH; i++) {
      const at = performance.now();
      work(i);
      wallMs.push(performance.now() - at);
    }
    const used = process.threadCpuUsage(before);
    cpuMs.push((used.user + used.system) / 1000 / BATCH);
  }
  return { wallMs, cpuMs };
}

function summary(name: string, { wallMs, cpuMs }: Samples): void {
  const at = (samples: number[], share: number): string => {
    const sorted = [...samples].sort((a, b) => a - b);
    return (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(3);
  };
  console.log(
    `  ${name.padEnd(26)} cpu median ${at(cpuMs, 0.5)} p95 ${at(cpuMs, 0.95)} ms   wall median ${at(wallMs, 0.5)} p95 ${at(wallMs, 0.95)} ms`,
  );
}

const cachePath = await mkdtemp(join(tmpdir(), 'visavis-measure-'));
for (const character of CHARACTERS) {
  const bundle = join(import.meta.dirname, '../../avatars', character.id);
  const before = process.memoryUsage();
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const face = await openFace(bundle, { widthPx, heightPx, cachePath });
  const coldMs = performance.now() - startedAt;
  const coldCpu = process.cpuUsage(cpuBefore);
  const warmAt = performance.now();
  const warmBefore = process.cpuUsage();
  const again = await openFace(bundle, { widthPx, heightPx, cachePath });
  const warmMs = performance.now() - warmAt;
  const warmCpu = process.cpuUsage(warmBefore);
  again.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  global.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const after = process.memoryUsage();
  const mebibytes = (value: number): string => (value / 1048576).toFixed(1);
  console.log(
    `${character.id} ${widthPx}x${heightPx}: open ${(coldMs / 1000).toFixed(2)} s cold (cpu ${(coldCpu.user / 1e6).toFixed(2)} s), ${(warmMs / 1000).toFixed(2)} s with loop cached (cpu ${(warmCpu.user / 1e6).toFixed(2)} s); ` +
      `typed arrays +${mebibytes(after.arrayBuffers - before.arrayBuffers)} MiB, resident +${mebibytes(after.rss - before.rss)} MiB`,
  );
  const out = createPicture(widthPx, heightPx);
  const other = createPicture(widthPx, heightPx);
  const performer = face.createPerformer();
  const speak = (i: number) => {
    const phase = i * 0.9;
    const jaw = 0.5 + 0.5 * Math.sin(phase);
    const lips = Math.sin(phase * 0.37);
    return {
      articulation: {
        ...MOUTH_AT_REST,
        jaw,
        wide: Math.max(0, lips),
        round: Math.max(0, -lips),
        closure: Math.max(0, Math.sin(phase * 0.61)) ** 4,
        tongue: Math.max(0, Math.sin(phase * 0.43)) ** 2,
        sibilant: Math.max(0, Math.cos(phase * 0.53)) ** 2,
      },
      smile: 0,
      brows: 0,
    };
  };
  time(200, (i) => performer.render(i, speak(i), out));
  summary(
    'plain copy',
    time(frameCount, () => out.data.set(other.data)),
  );
  summary(
    'idle frame',
    time(frameCount, (i) => face.renderIdle(i, out)),
  );
  summary(
    'speaking',
    time(frameCount, (i) => performer.render(i, speak(i), out)),
  );
  summary(
    'speaking, smile and brows',
    time(frameCount, (i) => performer.render(i, { ...speak(i), smile: 0.6, brows: 0.5 }, out)),
  );
  summary(
    'speaking, all and a nod',
    time(frameCount, (i) => performer.render(i, { ...speak(i), smile: 0.6, brows: 0.5, nod: 0.5 }, out)),
  );
  face.close();
}
for (const name of await readdir(cachePath)) {
  console.log(`${name}: ${((await stat(join(cachePath, name))).size / 1e6).toFixed(1)} MB`);
}
await rm(cachePath, { recursive: true });
