// Draws contact sheets of the shipped avatars through the real renderer:
// `node tools/build-avatars/sheet.ts [--out FOLDER] [--avatar ID] [--format jpg|png]`.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { type Articulation, MOUTH_AT_REST } from '../../packages/media/src/core/articulation.ts';
import { createPicture, type Picture } from '../../packages/media/src/core/picture.ts';
import { type Face, openFace } from '../../packages/media/src/frames/face.ts';
import { CHARACTERS } from './characters.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(import.meta.dirname, 'sheets') },
    avatar: { type: 'string' },
    format: { type: 'string', default: 'jpg' },
  },
});
const SIZE = 512;

type Cell = { readonly label: string; readonly picture: Picture };
type Crop = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };

function rgbOf(picture: Picture): Buffer {
  const { width, height, data } = picture;
  const rgb = Buffer.alloc(width * height * 3);
  const chroma = width * height;
  const clamp = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));
  for (let i = 0; i < width * height; i++) {
    const at = Math.floor(Math.floor(i / width) / 2) * (width / 2) + Math.floor((i % width) / 2);
    const y = 1.16438 * (data[i]! - 16);
    const u = data[chroma + at]! - 128;
    const v = data[chroma + chroma / 4 + at]! - 128;
    rgb[i * 3] = clamp(y + 1.59603 * v);
    rgb[i * 3 + 1] = clamp(y - 0.39176 * u - 0.81297 * v);
    rgb[i * 3 + 2] = clamp(y + 2.01723 * u);
  }
  return rgb;
}

function pose(articulation: Partial<Articulation>, smile = 0, brows = 0) {
  return { articulation: { ...MOUTH_AT_REST, ...articulation }, smile, brows };
}

function draw(face: Face, index: number, articulation: Partial<Articulation>, smile = 0, brows = 0): Picture {
  const picture = createPicture(SIZE, SIZE);
  const performer = face.createPerformer();
  const rounds = smile !== 0 || brows !== 0 ? 10 : 1;
  for (let i = 0; i < rounds; i++) performer.render(index, pose(articulation, smile, brows), picture);
  return picture;
}

async function writeSheet(
  name: string,
  cells: readonly Cell[],
  columns: number,
  crop: Crop,
  zoom: number,
): Promise<void> {
  const width = Math.round(crop.width * zoom);
  const height = Math.round(crop.height * zoom);
  const label = 16;
  const rows = Math.ceil(cells.length / columns);
  const tiles = await Promise.all(
    cells.map(async ({ picture }, i) => ({
      input: await sharp(rgbOf(picture), { raw: { width: picture.width, height: picture.height, channels: 3 } })
        .extract(crop)
        .resize(width, height)
        .png()
        .toBuffer(),
      left: (i % columns) * width,
      top: Math.floor(i / columns) * (height + label),
    })),
  );
  const captions = cells.map(({ label: text }, i) => {
    const x = (i % columns) * width + 4;
    const y = Math.floor(i / columns) * (height + label) + height + 12;
    return `<text x="${x}" y="${y}" font-family="sans-serif" font-size="11" fill="#ddd">${text}</text>`;
  });
  const sheetWidth = columns * width;
  const sheetHeight = rows * (height + label);
  const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${sheetWidth}" height="${sheetHeight}">${captions.join('')}</svg>`;
  const sheet = sharp({
    create: { width: sheetWidth, height: sheetHeight, channels: 3, background: '#26262b' },
  }).composite([...tiles, { input: Buffer.from(overlay), left: 0, top: 0 }]);
  const path = join(values.out, `${name}.${values.format}`);
  await (values.format === 'png' ? sheet.png() : sheet.jpeg({ quality: 80, mozjpeg: true })).toFile(path);
  console.log(path);
}

function mouthCells(face: Face): Cell[] {
  const cells: Cell[] = [];
  const add = (label: string, articulation: Partial<Articulation>): void => {
    cells.push({ label, picture: draw(face, 0, articulation) });
  };
  for (const [name, lips] of [
    ['wide', { wide: 1 }],
    ['neutral', {}],
    ['round', { round: 1 }],
  ] as const) {
    for (let i = 0; i < 9; i++) add(`${name} jaw ${i / 8}`, { ...lips, jaw: i / 8 });
  }
  for (let i = 0; i < 9; i++)
    add(`jaw .4 lips ${(i - 4) / 4}`, { jaw: 0.4, round: Math.max(0, (i - 4) / 4), wide: Math.max(0, (4 - i) / 4) });
  for (const channel of ['closure', 'labiodental', 'tongue', 'sibilant'] as const) {
    for (let i = 0; i < 9; i++) add(`${channel} ${i / 8} jaw .35`, { jaw: 0.35, [channel]: i / 8 });
  }
  for (let i = 0; i < 9; i++) add(`sibilant ${i / 8} round`, { jaw: 0.15, round: 0.9, sibilant: i / 8 });
  return cells;
}

/** "Papa makes five short thoughts": a picture every 40 ms, made from rough targets with linear moves between them. */
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
    ['t', { tongue: 0.8, jaw: 0.2 }],
    ['s', { sibilant: 1, jaw: 0.1 }],
    ['pau', {}],
  ];
  const performer = face.createPerformer();
  const cells: Cell[] = [];
  for (let i = 0; i + 1 < targets.length; i++) {
    const from = { ...MOUTH_AT_REST, ...targets[i]![1] };
    const to = { ...MOUTH_AT_REST, ...targets[i + 1]![1] };
    for (let step = 0; step < 2; step++) {
      const mixed = Object.fromEntries(
        Object.entries(from).map(([key, value]) => [key, value + ((to[key as keyof Articulation] - value) * step) / 2]),
      );
      const picture = createPicture(SIZE, SIZE);
      performer.render(60 + cells.length, pose(mixed), picture);
      cells.push({ label: step === 0 ? targets[i]![0] : '', picture });
    }
  }
  return cells;
}

function expressionCells(face: Face): Cell[] {
  return [
    { label: 'rest', picture: draw(face, 0, {}) },
    { label: 'smile .5', picture: draw(face, 0, {}, 0.5) },
    { label: 'smile 1', picture: draw(face, 0, {}, 1) },
    { label: 'smile 1 + a', picture: draw(face, 0, { jaw: 0.6 }, 1) },
    { label: 'smile 1 + o', picture: draw(face, 0, { jaw: 0.5, round: 0.9 }, 1) },
    { label: 'brows .5', picture: draw(face, 0, {}, 0, 0.5) },
    { label: 'brows 1', picture: draw(face, 0, {}, 0, 1) },
    { label: 'brows -.5', picture: draw(face, 0, {}, 0, -0.5) },
    { label: 'brows -1', picture: draw(face, 0, {}, 0, -1) },
    { label: 'brows -1 + closure', picture: draw(face, 0, { closure: 1 }, 0, -1) },
  ];
}

function idleCells(face: Face, step: number): Cell[] {
  const cells: Cell[] = [];
  for (let index = 0; index < face.pieceFrameCount; index += step) {
    const picture = createPicture(SIZE, SIZE);
    face.renderIdle(index, picture);
    cells.push({ label: `frame ${index}`, picture });
  }
  return cells;
}

await mkdir(values.out, { recursive: true });
for (const character of CHARACTERS.filter(({ id }) => values.avatar === undefined || values.avatar === id)) {
  const face = await openFace(join(import.meta.dirname, '../../avatars', character.id), {
    widthPx: SIZE,
    heightPx: SIZE,
  });
  const mouth = { left: 166, top: 210, width: 180, height: 164 };
  await writeSheet(`${character.id}-mouth`, mouthCells(face), 9, mouth, 0.8);
  await writeSheet(`${character.id}-phrase`, phraseCells(face), 10, mouth, 0.75);
  await writeSheet(
    `${character.id}-expressions`,
    expressionCells(face),
    5,
    { left: 126, top: 40, width: 260, height: 330 },
    0.9,
  );
  await writeSheet(
    `${character.id}-idle`,
    idleCells(face, 10),
    7,
    { left: 0, top: 0, width: SIZE, height: SIZE },
    0.36,
  );
  face.close();
}
