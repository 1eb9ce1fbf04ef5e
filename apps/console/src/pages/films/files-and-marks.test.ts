import '../../testing/browser-stand-in.ts';
import { expect, test } from 'vitest';
import type { SentFile } from './film-wish.ts';
import { judgeFile, LARGEST } from './judge-file.ts';
import { areOneFile, isSameFile } from './sent-files.ts';
import { percentOf } from './sizes.ts';
import { placeAt } from './speaker-mark.tsx';

const HEADS = {
  wav: 'RIFF\0\0\0\0WAVEfmt ',
  mp4: '\0\0\0\x18ftypisom\0\0\0\0isommp42',
  png: '\x89PNG\r\n\x1a\n',
  text: 'Dear all,',
};
const fileOf = (head: keyof typeof HEADS, bytes = 100): File => {
  const begin = Uint8Array.from(HEADS[head], (sign) => sign.charCodeAt(0));
  const file = new File([begin, new Uint8Array(Math.max(0, 100 - begin.length))], `a.${head}`, { lastModified: 7 });
  Object.defineProperty(file, 'size', { value: bytes });
  return file;
};

test('files are judged before they are sent: by their first bytes, and by the sizes that the server takes', async () => {
  expect(await judgeFile(fileOf('mp4'), 'picture')).toEqual({ kind: 'video', fault: null });
  expect(await judgeFile(fileOf('png'), 'picture')).toEqual({ kind: 'picture', fault: null });
  expect(await judgeFile(fileOf('wav'), 'sound')).toEqual({ kind: 'sound', fault: null });
  // A film with sound is sound, too.
  expect(await judgeFile(fileOf('mp4'), 'sound')).toEqual({ kind: 'video', fault: null });
  for (const [head, use] of [
    ['text', 'picture'],
    ['wav', 'picture'],
    ['png', 'sound'],
    ['text', 'sound'],
  ] as const) {
    expect([head, use, await judgeFile(fileOf(head), use)]).toEqual([head, use, { fault: 'wrong' }]);
  }
  const large = await judgeFile(fileOf('png', LARGEST.picture + 1), 'picture');
  expect(large).toEqual({ fault: 'tooLarge', limitBytes: LARGEST.picture });
  expect(await judgeFile(fileOf('mp4', LARGEST.video), 'picture')).toEqual({ kind: 'video', fault: null });
});

test('a file goes on where it was only if it is the same one, and its link still waits for it', () => {
  const sent: SentFile = {
    uploadId: 'u',
    url: 'https://x.example/uploads/u',
    name: 'a.mp4',
    bytes: 100,
    lastModified: 7,
    kind: 'video',
    isReady: false,
  };
  const file = fileOf('mp4');
  expect(isSameFile(sent, file)).toBe(true);
  for (const other of [{ bytes: 101 }, { name: 'b.mp4' }, { lastModified: 8 }, { isReady: true }]) {
    expect([other, isSameFile({ ...sent, ...other }, file)]).toEqual([other, false]);
  }
  expect(isSameFile(null, file)).toBe(false);
});

test('a file stays the same one on another link; another one is none', () => {
  const sent: SentFile = {
    uploadId: 'u',
    url: 'https://x.example/uploads/u',
    name: 'a.mp4',
    bytes: 100,
    lastModified: 7,
    kind: 'video',
    isReady: false,
  };
  expect(areOneFile(sent, { ...sent, uploadId: 'v', url: 'https://x.example/uploads/v' })).toBe(true);
  expect(areOneFile(sent, { ...sent, name: '', isReady: true })).toBe(true);
  expect(areOneFile(null, null)).toBe(true);
  expect([areOneFile(sent, null), areOneFile(sent, { ...sent, uploadId: 'v', bytes: 101 })]).toEqual([false, false]);
});

test('a mark lies inside of the picture, in its pixels', () => {
  const size = { widthPx: 101, heightPx: 51 };
  expect(placeAt(size, 0.5, 0.5)).toEqual({ x: 50, y: 25 });
  expect(placeAt(size, -1, 2)).toEqual({ x: 0, y: 50 });
});

test('a part is all of it only once it is', () => {
  expect([percentOf(999, 1000), percentOf(1000, 1000), percentOf(5, 0)]).toEqual([99, 100, 0]);
});
