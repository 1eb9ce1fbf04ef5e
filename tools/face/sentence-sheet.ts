// Draws avatars saying the same sentence, a row each, by exact phone times through the real renderer:
// `node tools/face/sentence-sheet.ts BUNDLE... [--out sheet.jpg] [--tile 150] [--text "…"]`.
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { rgbOf } from '../../packages/face/src/pixels/pixels.ts';
import { MOUTH_AT_REST } from '../../packages/media/src/core/articulation.ts';
import { createPicture, type Picture } from '../../packages/media/src/core/picture.ts';
import { type Face, openFace } from '../../packages/media/src/frames/face.ts';
import { ArticulationTrack } from '../../packages/media/src/visemes/articulation-track.ts';
import { speakWithFlite } from '../../packages/media/src/visemes/flite-speech.fixture.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'sentence.jpg' },
    tile: { type: 'string', default: '150' },
    text: { type: 'string', default: 'Maybe five of them show both.' },
  },
});
const SIZE = 768;
const TILE = Number(values.tile);
/** Shorter phones than this make no picture of their own. */
const MIN_PHONE_MS = 45;

/** A square around the middle of the face, twice as wide as the mouth's box. */
function headOf({ manifest }: Face) {
  const { mouth, sourceSizePx, landmarks } = manifest;
  const scale = SIZE / sourceSizePx;
  const side = Math.min(SIZE, Math.round(mouth.box.width * 1.9 * scale));
  const [x, y] = landmarks.noseBase;
  const within = (value: number): number => Math.round(Math.min(SIZE - side, Math.max(0, value)));
  return { left: within(x * scale - side / 2), top: within(y * scale - side * 0.52), width: side, height: side };
}

async function tile(picture: Picture, crop: ReturnType<typeof headOf>, label: string): Promise<Buffer> {
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${TILE}" height="${TILE}"><text x="4" y="13" font-family="sans-serif" font-size="12" fill="#fff" stroke="#000" stroke-width="2" paint-order="stroke">${label}</text></svg>`;
  const head = await sharp(rgbOf(picture), { raw: { width: SIZE, height: SIZE, channels: 3 } })
    .extract(crop)
    .resize(TILE, TILE)
    .png()
    .toBuffer();
  return sharp(head)
    .composite([{ input: Buffer.from(text) }])
    .png()
    .toBuffer();
}

const { pcm24k, phones } = await speakWithFlite(values.text, 'slt');
const track = new ArticulationTrack({ network: null });
track.appendAudio(pcm24k);
track.appendPhones(phones);
track.finish();
const shown = phones.filter(({ symbol, startMs, endMs }) => symbol !== 'pau' && endMs - startMs >= MIN_PHONE_MS);
const columns = shown.length + 1;
const tiles: { input: Buffer; left: number; top: number }[] = [];
for (const [row, bundle] of positionals.entries()) {
  const face = await openFace(bundle, { widthPx: SIZE, heightPx: SIZE });
  const crop = headOf(face);
  const performer = face.createPerformer();
  const times = [{ symbol: basename(bundle), middleMs: 0 }].concat(
    shown.map(({ symbol, startMs, endMs }) => ({ symbol, middleMs: (startMs + endMs) / 2 })),
  );
  for (const [column, { symbol, middleMs }] of times.entries()) {
    const picture = createPicture(SIZE, SIZE);
    const articulation = { ...MOUTH_AT_REST };
    track.sampleAt(middleMs, articulation);
    performer.render(Math.round(middleMs / 40), { articulation, smile: 0, brows: 0 }, picture);
    tiles.push({ input: await tile(picture, crop, symbol), left: column * TILE, top: row * TILE });
  }
  face.close();
}
const create = {
  width: columns * TILE,
  height: positionals.length * TILE,
  channels: 3 as const,
  background: '#26262b',
};
await sharp({ create }).composite(tiles).jpeg({ quality: 84, mozjpeg: true }).toFile(values.out);
console.log(`${values.out}: ${columns} x ${positionals.length} pictures`);
