// Draws contact sheets of any bundle through the real renderer:
// `node tools/face/sheet.ts BUNDLE [--out FOLDER] [--format png|jpg]` writes NAME-mouth, NAME-phrase and NAME-face.
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { rgbOf } from '../../packages/face/src/pixels/pixels.ts';
import { type Articulation, MOUTH_AT_REST } from '../../packages/media/src/core/articulation.ts';
import { createPicture, type Picture } from '../../packages/media/src/core/picture.ts';
import { type Face, openFace } from '../../packages/media/src/frames/face.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: '.' }, format: { type: 'string', default: 'png' } },
});
const SIZE = 768;

type Cell = { readonly label: string; readonly picture: Picture };
type Crop = { left: number; top: number; width: number; height: number };

function draw(face: Face, index: number, articulation: Partial<Articulation>, smile = 0, brows = 0): Picture {
  const picture = createPicture(SIZE, SIZE);
  const performer = face.createPerformer();
  const pose = { articulation: { ...MOUTH_AT_REST, ...articulation }, smile, brows };
  for (let i = 0; i < (smile !== 0 || brows !== 0 ? 10 : 1); i++) performer.render(index, pose, picture);
  return picture;
}

async function writeSheet(path: string, cells: readonly Cell[], columns: number, crop: Crop, width: number) {
  const height = Math.round((width * crop.height) / crop.width);
  const tiles = await Promise.all(
    cells.map(async ({ picture, label }, i) => ({
      input: await sharp(
        await sharp(rgbOf(picture), { raw: { width: SIZE, height: SIZE, channels: 3 } })
          .extract(crop)
          .resize(width, height)
          .png()
          .toBuffer(),
      )
        .composite([
          {
            input: Buffer.from(
              `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><text x="4" y="12" font-family="sans-serif" font-size="11" fill="#fe0">${label}</text></svg>`,
            ),
          },
        ])
        .png()
        .toBuffer(),
      left: (i % columns) * width,
      top: Math.floor(i / columns) * height,
    })),
  );
  const sheet = sharp({
    create: {
      width: columns * width,
      height: Math.ceil(cells.length / columns) * height,
      channels: 3,
      background: '#26262b',
    },
  }).composite(tiles);
  await (values.format === 'png' ? sheet.png() : sheet.jpeg({ quality: 80, mozjpeg: true })).toFile(path);
  console.log(path);
}

function mouthCells(face: Face): Cell[] {
  const cell = (label: string, articulation: Partial<Articulation>): Cell => ({
    label,
    picture: draw(face, 0, articulation),
  });
  const rows = [
    ['wide', { wide: 1 }],
    ['neutral', {}],
    ['round', { round: 1 }],
  ] as const;
  const cells = rows.flatMap(([name, lips]) =>
    [0, 0.1, 0.25, 0.4, 0.6, 0.8, 1].map((jaw) => cell(`${name} jaw ${jaw}`, { ...lips, jaw })),
  );
  for (const channel of ['closure', 'labiodental', 'tongue', 'sibilant'] as const) {
    for (const value of [0, 0.3, 0.5, 0.7, 0.85, 1])
      cells.push(cell(`${channel} ${value}`, { jaw: 0.3, [channel]: value }));
    cells.push(cell(`${channel} 1 closed`, { [channel]: 1 }));
  }
  return cells;
}

/** "Papa makes five short thoughts" at 25 pictures per second, from rough targets. */
function phraseCells(face: Face): Cell[] {
  const targets: [string, Partial<Articulation>][] = [
    ['pau', {}],
    ['p', { closure: 1 }],
    ['aa', { jaw: 0.8 }],
    ['p', { closure: 1, jaw: 0.2 }],
    ['ah', { jaw: 0.6 }],
    ['m', { closure: 1, jaw: 0.1 }],
    ['ey', { jaw: 0.45, wide: 0.6 }],
    ['k', { jaw: 0.25, wide: 0.3 }],
    ['s', { jaw: 0.1, sibilant: 1, wide: 0.3 }],
    ['f', { labiodental: 1, jaw: 0.1 }],
    ['ay', { jaw: 0.85, wide: 0.2 }],
    ['v', { labiodental: 1, jaw: 0.1 }],
    ['sh', { sibilant: 1, round: 0.8, jaw: 0.1 }],
    ['ao', { jaw: 0.55, round: 0.8 }],
    ['t', { tongue: 0.8, jaw: 0.2 }],
    ['th', { tongue: 1, jaw: 0.1 }],
    ['ao', { jaw: 0.5, round: 0.6 }],
    ['s', { sibilant: 1, jaw: 0.1 }],
    ['pau', {}],
  ];
  const performer = face.createPerformer();
  return targets.slice(0, -1).flatMap(([label, from], i) =>
    [0, 0.5].map((step) => {
      const start = { ...MOUTH_AT_REST, ...from };
      const end = { ...MOUTH_AT_REST, ...targets[i + 1]![1] };
      const articulation = { ...start };
      for (const key of Object.keys(start) as (keyof Articulation)[])
        articulation[key] = start[key] + (end[key] - start[key]) * step;
      const picture = createPicture(SIZE, SIZE);
      performer.render(60 + 2 * i + 2 * step, { articulation, smile: 0, brows: 0 }, picture);
      return { label: step === 0 ? label : '', picture };
    }),
  );
}

function faceCells(face: Face): Cell[] {
  const cells: Cell[] = [
    { label: 'rest', picture: draw(face, 0, {}) },
    { label: 'smile', picture: draw(face, 0, {}, 1) },
    { label: 'smile + a', picture: draw(face, 0, { jaw: 0.6 }, 1) },
    { label: 'brows up', picture: draw(face, 0, {}, 0, 1) },
    { label: 'concerned', picture: draw(face, 0, {}, 0, -1) },
    { label: 'a', picture: draw(face, 0, { jaw: 0.9 }) },
  ];
  // The frames in which the lids move differ most from their neighbours.
  const idle = Array.from({ length: face.pieceFrameCount }, (_, index) => {
    const picture = createPicture(SIZE, SIZE);
    face.renderIdle(index, picture);
    return picture;
  });
  const change = idle.map(({ data }, i) => {
    const next = idle[(i + 1) % idle.length]!.data;
    let sum = 0;
    for (let at = 0; at < SIZE * SIZE; at += 3) sum += Math.max(0, Math.abs(data[at]! - next[at]!) - 8);
    return sum;
  });
  const blink = change.indexOf(Math.max(...change));
  for (let i = -1; i < 5; i++) {
    const index = (blink + i + idle.length) % idle.length;
    cells.push({ label: `frame ${index}`, picture: idle[index]! });
  }
  for (const index of [0, 40, 80, 120, 160, 200]) cells.push({ label: `frame ${index}`, picture: idle[index]! });
  return cells;
}

for (const bundle of positionals) {
  await mkdir(values.out, { recursive: true });
  const face = await openFace(bundle, { widthPx: SIZE, heightPx: SIZE });
  const scale = SIZE / face.manifest.sourceSizePx;
  const { box } = face.manifest.mouth;
  const crop: Crop = {
    left: Math.round(box.x * scale),
    top: Math.round(box.y * scale),
    width: Math.round(box.width * scale),
    height: Math.round(box.height * scale * 0.86),
  };
  const name = join(values.out, basename(bundle));
  await writeSheet(`${name}-mouth.${values.format}`, mouthCells(face), 7, crop, 200);
  await writeSheet(`${name}-phrase.${values.format}`, phraseCells(face), 9, crop, 150);
  await writeSheet(
    `${name}-face.${values.format}`,
    faceCells(face),
    6,
    { left: 0, top: 0, width: SIZE, height: SIZE },
    230,
  );
  face.close();
}
