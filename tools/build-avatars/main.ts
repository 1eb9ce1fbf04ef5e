// Builds the shipped avatar bundles. `npm run build:avatars` rewrites every derived file (manifest, landmarks of the
// brows, thumbnail, preview, index) from the lossless pictures inside the bundles and the geometry beside this script;
// `-- --renders FOLDER` first takes pictures and geometry from freshly rendered characters (FOLDER/<id>/meta.json …).
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { addPreview } from '../../packages/face/src/bundle/preview-film.ts';
import {
  AVATAR_FORMAT,
  AVATAR_FORMAT_VERSION,
  MANIFEST_FILE,
  parseManifest,
  referencedFiles,
} from '../../packages/media/src/frames/manifest.ts';
import { BROW_COLUMNS, BROW_ROWS, measureBrowMotion } from './brow-motion.ts';
import { CHARACTERS, type Character } from './characters.ts';
import { type CharacterGeometry, geometryOf, importPictures, readRenderMeta } from './render-folder.ts';

const here = import.meta.dirname;
const avatarsPath = join(here, '../../avatars');
const { values } = parseArgs({ options: { renders: { type: 'string' } } });

async function readGeometry(id: string): Promise<CharacterGeometry> {
  const path = join(here, 'geometry', `${id}.json`);
  if (values.renders !== undefined) {
    const folder = join(values.renders, id);
    const meta = readRenderMeta(folder);
    await importPictures(meta, folder, join(avatarsPath, id));
    await mkdir(join(here, 'geometry'), { recursive: true });
    await writeFile(path, `${JSON.stringify(geometryOf(meta))}\n`);
  }
  return JSON.parse(await readFile(path, 'utf8')) as CharacterGeometry;
}

async function writeThumbnail(bundle: string): Promise<void> {
  const person = await sharp(join(bundle, 'person.webp')).toBuffer();
  const composed = await sharp(join(bundle, 'background.webp'))
    .composite([{ input: person }])
    .png()
    .toBuffer();
  await sharp(composed).resize(384, 384).webp({ quality: 82 }).toFile(join(bundle, 'thumbnail.webp'));
}

async function describeFile(bundle: string, path: string): Promise<{ bytes: number; sha256: string }> {
  const bytes = await readFile(join(bundle, path));
  return { bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function buildBundle(character: Character): Promise<void> {
  const geometry = await readGeometry(character.id);
  const bundle = join(avatarsPath, character.id);
  if (!existsSync(join(bundle, 'person.webp'))) throw new Error(`${bundle} holds no pictures; pass --renders.`);
  await writeThumbnail(bundle);
  const { smile, browBox, ...rest } = geometry;
  const brow = async (file: string) => ({ file, displacement: await measureBrowMotion(bundle, file, browBox) });
  const manifest = {
    format: AVATAR_FORMAT,
    version: AVATAR_FORMAT_VERSION,
    id: character.id,
    displayName: character.displayName,
    description: character.description,
    defaults: {
      voice: character.voice,
      prompt: character.prompt,
      firstMessage: character.firstMessage,
      language: 'en',
    },
    thumbnail: 'thumbnail.webp',
    layers: { person: 'person.webp', background: 'background.webp', depth: 'depth.png' },
    ...rest,
    expressions: {
      smile,
      brows: {
        box: browBox,
        columns: BROW_COLUMNS,
        rows: BROW_ROWS,
        raised: await brow('face/brows-up.webp'),
        concerned: await brow('face/concerned.webp'),
      },
    },
    files: {} as Record<string, { bytes: number; sha256: string }>,
  };
  for (const path of referencedFiles(manifest as never)) manifest.files[path] = await describeFile(bundle, path);
  parseManifest(manifest, character.id);
  await writeFile(join(bundle, MANIFEST_FILE), `${JSON.stringify(manifest)}\n`);
  await addPreview(bundle);
}

for (const character of CHARACTERS) {
  await buildBundle(character);
  console.log(`${character.id}: ${(await stat(join(avatarsPath, character.id, MANIFEST_FILE))).size} byte manifest`);
}
const index = CHARACTERS.map(({ prompt, voice, firstMessage, ...character }) => ({
  ...character,
  bundle: character.id,
  thumbnail: `${character.id}/thumbnail.webp`,
  defaults: { voice, prompt, firstMessage, language: 'en' },
}));
await writeFile(
  join(avatarsPath, 'index.json'),
  `${JSON.stringify({ format: 'visavis-avatar-index', version: 1, avatars: index }, null, 2)}\n`,
);
