import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { wavFile } from '@visavis/media/testing';
import sharp from 'sharp';
import { pictureOf, still, writeClip } from '../../packages/face/src/testing/clips.ts';
import { avatarPhoto, catPhoto, jpegOf, open, sideBySide } from '../../packages/face/src/testing/photos.ts';

const FILMS = join(import.meta.dirname, '../../packages/face/src/testing/films');
const SIDE = 192;
/** 20 milliseconds of AMR that hold no speech take a byte. */
const AMR_FRAMES_PER_HOUR = 3600 * 50;

export type BrokenFiles = ReadonlyMap<string, Buffer>;

/** Files that no film can be made of, by the path under which they are served, and some of which one can. */
export async function brokenFiles(folder: string): Promise<BrokenFiles> {
  const files = new Map<string, Buffer>();
  const add = (path: string, bytes: Uint8Array | string) => files.set(path, Buffer.from(bytes as Uint8Array));
  const photo = await avatarPhoto('rafael');
  const clip = async (path: string, ...film: Parameters<typeof still>) => {
    const file = join(folder, 'made.mp4');
    await writeClip(file, { format: 'mp4' }, still(...film));
    add(path, await readFile(file));
  };
  const kept = (name: string) => readFile(join(FILMS, name));
  await clip('/clip.mp4', pictureOf(photo, SIDE), 0.4);
  add('/moving.gif', await movingGif(await jpegOf(photo)));
  add('/tone.wav', await kept('tone.wav'));
  addOthers(add);
  await addClips(add, clip, { whole: files.get('/clip.mp4') as Buffer, kept, folder });
  await addPictures(add, { photo, jpeg: await jpegOf(photo) });
  addSounds(add, wavFile([new Int16Array(800)], 8000));
  return files;
}

type Add = (path: string, bytes: Uint8Array | string) => void;
type MakeClip = (path: string, ...film: Parameters<typeof still>) => Promise<void>;

/** What is neither picture nor film nor sound. */
function addOthers(add: Add): void {
  add('/empty', '');
  add('/one-byte', 'x');
  add('/page.html', '<!doctype html><title>Sign in</title><p>Please sign in to see this file.');
  add('/data.json', '{"error":"not found","url":"https://cdn.example/clip.mp4"}');
  add('/paper.pdf', `%PDF-1.7\n${'0 '.repeat(3000)}`);
  add('/drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script>fetch("/steal")</script></svg>');
  add('/archive.zip', Buffer.concat([Buffer.from('PK\x03\x04\x14\0\0\0\x08\0', 'latin1'), Buffer.alloc(5000, 3)]));
  add('/bomb.gz', gzipSync(Buffer.alloc(50_000_000)));
  add('/program', Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), Buffer.alloc(5000)]));
  add('/playlist.m3u8', '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n');
  add('/noise', Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 7919 + (i >> 3)) & 255)));
}

async function movingGif(jpeg: Buffer, width = 96, height = 96): Promise<Buffer> {
  const picture = await sharp(jpeg).resize(width, height).png().toBuffer();
  const other = await sharp(picture).modulate({ brightness: 1.02 }).png().toBuffer();
  return sharp([picture, other, picture, other], { join: { animated: true } })
    .gif({ delay: [100, 100, 100, 100] })
    .toBuffer();
}

async function addClips(
  add: Add,
  clip: MakeClip,
  {
    whole,
    kept,
    folder,
  }: { readonly whole: Buffer; readonly kept: (name: string) => Promise<Buffer>; readonly folder: string },
): Promise<void> {
  await clip('/wall.mp4', pictureOf(null, SIDE), 0.4);
  await clip('/tiny.mp4', pictureOf(null, 32), 0.4);
  await clip('/moment.mp4', pictureOf(null, 64), 0.04);
  const long = join(folder, 'long.mp4');
  const grey = pictureOf(null, 64);
  await writeClip(
    long,
    { format: 'mp4' },
    [0, 1, 10_800].map((timeS) => [timeS, grey] as const),
  );
  add('/three-hours.mp4', await readFile(long));
  const plain = await sharp({ create: { width: 96, height: 96, channels: 3, background: '#777' } })
    .png()
    .toBuffer();
  add('/huge.gif', await movingGif(plain, 7680, 4320));
  add('/without-end.mp4', whole.subarray(0, whole.length >> 1));
  add('/only-header.mp4', whole.subarray(0, 40));
  const turning = await kept('turning-head.mp4');
  add('/only-metadata.mp4', turning.subarray(0, 1060));
  add(
    '/wrong-index.mp4',
    patched(turning, 'stco', (bytes, at) => fillEntries(bytes, at, 0x7fff_ff00)),
  );
  add('/encrypted.mp4', renamed(whole, 'avc1', 'encv'));
  add('/av1.mp4', renamed(whole, 'avc1', 'av01'));
  add(
    '/without-clock.mp4',
    patched(whole, 'mdhd', (bytes, at) => bytes.writeUInt32BE(0, at + 16)),
  );
  add('/without-boxes.mp4', renamed(renamed(whole, 'stsd', 'free'), 'stts', 'free'));
  add('/sound-alone.mp4', renamed(await kept('tone.m4a'), 'M4A ', 'isom'));
  add('/sound.webm', await kept('tone.webm'));
  add('/sound.m4a', await kept('tone.m4a'));
  add('/cut.webm', (await kept('c19-size-change.webm')).subarray(0, 400));
  const deep = Buffer.alloc(80_000);
  for (let at = 0; at < deep.length; at += 8) {
    deep.writeUInt32BE(deep.length - at, at);
    deep.write('moov', at + 4, 'latin1');
  }
  add('/deep.mp4', Buffer.concat([whole.subarray(0, 32), deep]));
  add(
    '/empty.avi',
    Buffer.concat([Buffer.from('RIFF\xff\xff\xff\x7fAVI LIST\xff\xff\xff\x7fhdrl', 'latin1'), Buffer.alloc(99)]),
  );
  add('/still.gif', await sharp(plain).gif().toBuffer());
}

async function addPictures(
  add: Add,
  { photo, jpeg }: { readonly photo: Awaited<ReturnType<typeof avatarPhoto>>; readonly jpeg: Buffer },
): Promise<void> {
  add('/photo.jpg', jpeg);
  add('/cut.jpg', jpeg.subarray(0, jpeg.length >> 1));
  add('/cat.jpg', await catPhoto());
  const dot = { width: 1, height: 1, channels: 3, background: '#a87' } as const;
  add('/dot.png', await sharp({ create: dot }).png().toBuffer());
  const bomb = await sharp({ create: dot }).png().toBuffer();
  bomb.writeUInt32BE(60_000, 16);
  bomb.writeUInt32BE(60_000, 20);
  add('/bomb.png', bomb);
  const small = await open(photo).resize(64, 64).png().toBuffer();
  const bright = await sharp(small).modulate({ brightness: 1.2 }).png().toBuffer();
  add(
    '/moving.webp',
    await sharp([small, bright], { join: { animated: true } })
      .webp()
      .toBuffer(),
  );
  add('/two.jpg', await sideBySide(photo, photo));
  const faces = Array.from({ length: 200 }, (_, i) => ({
    input: small,
    left: 64 * (i % 20),
    top: 64 * Math.floor(i / 20),
  }));
  const wall = { width: 1280, height: 640, channels: 3, background: '#888' } as const;
  add('/crowd.jpg', await sharp({ create: wall }).composite(faces).jpeg().toBuffer());
}

function addSounds(add: Add, wav: Uint8Array): void {
  const header = Buffer.from(wav);
  const changed = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(header);
    change(bytes);
    return bytes;
  };
  add('/no-sample.wav', header.subarray(0, 44));
  add(
    '/0-hz.wav',
    changed((bytes) => bytes.writeUInt32LE(0, 24)),
  );
  add(
    '/65535-channels.wav',
    changed((bytes) => bytes.writeUInt16LE(65_535, 22)),
  );
  add(
    '/unknown-codec.wav',
    changed((bytes) => bytes.writeUInt16LE(0x7777, 20)),
  );
  add('/three-hours.amr', Buffer.concat([Buffer.from('#!AMR\n'), Buffer.alloc(3 * AMR_FRAMES_PER_HOUR, 0x7c)]));
}

function renamed(film: Buffer, from: string, to: string): Buffer {
  const bytes = Buffer.from(film);
  for (let at = bytes.indexOf(from, 0, 'latin1'); at >= 0; at = bytes.indexOf(from, at + 4, 'latin1')) {
    bytes.write(to, at, 'latin1');
  }
  return bytes;
}

/** `change` is given where the name of the box stands. */
function patched(film: Buffer, box: string, change: (bytes: Buffer, at: number) => void): Buffer {
  const bytes = Buffer.from(film);
  for (let at = bytes.indexOf(box, 0, 'latin1'); at >= 0; at = bytes.indexOf(box, at + 4, 'latin1')) change(bytes, at);
  return bytes;
}

function fillEntries(bytes: Buffer, at: number, value: number): void {
  const count = bytes.readUInt32BE(at + 8);
  for (let index = 0; index < count; index += 1) bytes.writeUInt32BE(value, at + 12 + 4 * index);
}
