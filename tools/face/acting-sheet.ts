// Draws avatars acting: a greeting, sad words and happy words, through the real stages, as one sheet of pictures:
// `node tools/face/acting-sheet.ts BUNDLE... [--out sheet.jpg]`.
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { rgbOf } from '../../packages/face/src/pixels/pixels.ts';
import { MOUTH_AT_REST } from '../../packages/media/src/core/articulation.ts';
import { createPicture } from '../../packages/media/src/core/picture.ts';
import { Expression } from '../../packages/media/src/expression/expression.ts';
import { openFace } from '../../packages/media/src/frames/face.ts';
import { ArticulationTrack } from '../../packages/media/src/visemes/articulation-track.ts';
import { speakWithFlite } from '../../packages/media/src/visemes/flite-speech.fixture.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: 'acting.jpg' }, tile: { type: 'string', default: '176' } },
});
const SIZE = 512;
const TILE = Number(values.tile);
const HEAD = { left: 96, top: 20, width: 320, height: 320 };
const PICTURE_MS = 40;
const SHOWN_EVERY = 12;
const COLUMNS = 6;
const SENTENCES = [
  'Hello, I am glad that you are here.',
  'I am so sorry to hear about your loss.',
  'Congratulations, that is wonderful news!',
];

async function tile(picture: Parameters<typeof rgbOf>[0], label: string): Promise<Buffer> {
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${TILE}" height="${TILE}"><text x="4" y="12" font-family="sans-serif" font-size="10" fill="#c00">${label}</text></svg>`;
  const small = await sharp(rgbOf(picture), { raw: { width: SIZE, height: SIZE, channels: 3 } })
    .extract(HEAD)
    .resize(TILE, TILE)
    .png()
    .toBuffer();
  return sharp(small)
    .composite([{ input: Buffer.from(text) }])
    .png()
    .toBuffer();
}

const rows: Buffer[][] = [];
let largestStep = 0;
for (const bundle of positionals) {
  const face = await openFace(bundle, { widthPx: SIZE, heightPx: SIZE });
  const performer = face.createPerformer();
  const expression = new Expression({ seed: bundle, language: 'en' });
  const picture = createPicture(SIZE, SIZE);
  const articulation = { ...MOUTH_AT_REST };
  let mediaTimeMs = 0;
  let loopIndex = 0;
  let before = 0;
  for (const [i, sentence] of SENTENCES.entries()) {
    const { pcm24k, phones } = await speakWithFlite(sentence, 'slt');
    const turnId = `turn_${i}`;
    const track = new ArticulationTrack({ network: null });
    track.appendAudio(pcm24k);
    track.appendPhones(phones);
    track.finish();
    if (i === 0) expression.handle({ type: 'greeting', turnId });
    expression.handle({ type: 'reply-text', turnId, text: sentence, audioStartMs: 0 });
    expression.appendSound(turnId, pcm24k);
    const durationMs = pcm24k.length / 24;
    const row: Buffer[] = [];
    for (let positionMs = 0; positionMs < durationMs + 1200; positionMs += PICTURE_MS) {
      const position = positionMs < durationMs ? { turnId, positionMs } : null;
      if (position === null) Object.assign(articulation, MOUTH_AT_REST);
      else track.sampleAt(positionMs, articulation);
      const { smile, brows, nod } = expression.advance(mediaTimeMs, position);
      performer.render(loopIndex, { articulation, smile, brows, nod }, picture);
      largestStep = Math.max(largestStep, Math.abs(nod - before));
      before = nod;
      const index = positionMs / PICTURE_MS;
      if (index % SHOWN_EVERY === SHOWN_EVERY - 1 && row.length < COLUMNS) {
        const numbers = `smile ${smile.toFixed(2)} brows ${brows.toFixed(2)} nod ${nod.toFixed(2)}`;
        row.push(await tile(picture, numbers));
      }
      mediaTimeMs += PICTURE_MS;
      loopIndex += 1;
    }
    rows.push(row);
  }
  face.close();
}
await sharp({
  create: { width: COLUMNS * TILE, height: rows.length * TILE, channels: 3, background: '#26262b' },
})
  .composite(rows.flatMap((row, y) => row.map((input, x) => ({ input, left: x * TILE, top: y * TILE }))))
  .jpeg({ quality: 70, mozjpeg: true })
  .toFile(values.out);
console.log(`${values.out}: the head moved at most ${largestStep.toFixed(2)} of a full nod between two pictures.`);
