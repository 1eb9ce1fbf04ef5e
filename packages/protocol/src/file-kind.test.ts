import { expect, it } from 'vitest';
import { ACCEPTED_FILES, fileKind, HEAD_BYTES, sourceKind } from './file-kind.ts';

const file = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from([
    ...parts.flatMap((part) => (typeof part === 'string' ? Array.from(part, (letter) => letter.charCodeAt(0)) : part)),
    ...new Array<number>(200).fill(0),
  ]);
const box = (kind: string, body: string): Uint8Array => file([0, 0, 0, 8 + body.length], kind, body);

it.each([
  ['JPEG', file([0xff, 0xd8, 0xff, 0xe0, 0, 16], 'JFIF'), 'picture', 'jpg'],
  ['PNG', file([0x89], 'PNG', [13, 10, 26, 10, 0, 0, 0, 13], 'IHDR'), 'picture', 'png'],
  ['WebP', file('RIFF', [80, 0, 0, 0], 'WEBPVP8 '), 'picture', 'webp'],
  ...[12, 40, 52, 56, 64, 108, 124].map(
    (size) => [`BMP with a header of ${size} bytes`, bmp(size), 'picture', 'bmp'] as const,
  ),
  ['HEIC', box('ftyp', 'heic____mif1heic'), 'picture', 'heic'],
  ['HEIC of ten bits', box('ftyp', 'heix____mif1heix'), 'picture', 'heic'],
  ['HEIF', box('ftyp', 'mif1____mif1heic'), 'picture', 'heic'],
  ['AVIF', box('ftyp', 'avif____avifmif1'), 'picture', 'avif'],
  ['MP4', box('ftyp', 'isom____isomavc1'), 'video', 'mp4'],
  ['MP4 of a phone', box('ftyp', '3gp5____3gp5isom'), 'video', 'mp4'],
  ['QuickTime', box('ftyp', 'qt  ____qt  '), 'video', 'mov'],
  ...['free', 'skip', 'moov', 'wide', 'mdat'].map(
    (kind) => [`a film that begins with ${kind}`, box(kind, ''), 'video', 'mov'] as const,
  ),
  ['WebM', ebml('webm'), 'video', 'webm'],
  ['Matroska', ebml('matroska'), 'video', 'mkv'],
  ['AVI', file('RIFF', [200, 0, 0, 0], 'AVI LIST'), 'video', 'avi'],
  ['GIF, which may move', file('GIF89a'), 'video', 'gif'],
] as const)('%s is told', async (_name, head, kind, format) => {
  expect(await fileKind(head)).toEqual({ kind, format });
});

it.each([
  ['nothing', new Uint8Array()],
  ['a text that begins with BM', file('BM is how this text begins, and it is no picture at all.')],
  ['SVG', file('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['PDF', file('%PDF-1.7')],
  ['sound', box('ftyp', 'M4A ____M4A mp42')],
  ['a program', file([0x7f], 'ELF')],
])('%s is none of them', async (_name, head) => {
  expect(await fileKind(head)).toBeNull();
});

it.each([
  ['MP3', file([0xff, 0xfb, 0x90, 0x64]), 'mp3'],
  ['MP3 with a cover that is longer than the first bytes', file('ID3', [3, 0, 0, 0, 1, 0, 0]), 'mp3'],
  ['WAV', file('RIFF', [200, 0, 0, 0], 'WAVEfmt '), 'wav'],
  ['M4A', box('ftyp', 'M4A ____M4A mp42'), 'm4a'],
  ['Ogg', ogg([1], 'vorbis'), 'ogg'],
  ['Opus', ogg([], 'OpusHead'), 'ogg'],
  ['FLAC', file('fLaC', [0, 0, 0, 34]), 'flac'],
  ['AAC', file([0xff, 0xf1, 0x50, 0x80]), 'aac'],
  ['AMR', file('#!AMR\n'), 'amr'],
  ['AMR, wide', file('#!AMR-WB\n'), 'amr'],
] as const)('%s is told to be sound of films, and nothing of avatars', async (_name, head, format) => {
  expect([await sourceKind(head), await fileKind(head)]).toEqual([{ kind: 'sound', format }, null]);
});

it('a PNG is told although what stands before its pixels is longer than the first bytes', async () => {
  const profile = file(
    [0x89],
    'PNG',
    [13, 10, 26, 10, 0, 0, 0, 13],
    'IHDR',
    new Array(17).fill(0),
    [0, 1, 0, 0],
    'iCCP',
  );
  const head = new Uint8Array(HEAD_BYTES).fill(7);
  head.set(profile);
  expect(await fileKind(head)).toEqual({ kind: 'picture', format: 'png' });
});

it('choosers offer every format by type and by ending', () => {
  const offered = ACCEPTED_FILES.split(',');
  for (const one of ['image/jpeg', 'image/heic', '.heic', '.avif', '.mov', '.jpeg', 'video/mp4']) {
    expect(offered).toContain(one);
  }
  expect(offered).not.toContain('image/*');
});

function bmp(headerBytes: number): Uint8Array {
  return file('BM', [200, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, headerBytes, 0, 0, 0]);
}

function ogg(before: number[], name: string): Uint8Array {
  return file('OggS', [0, 2, ...new Array<number>(20).fill(0), 1, 19], before, name);
}

function ebml(kind: string): Uint8Array {
  return file([0x1a, 0x45, 0xdf, 0xa3, 0x80 + 3 + kind.length, 0x42, 0x82, 0x80 + kind.length], kind);
}
