import '../../testing/browser-stand-in.ts';
import type { CreateGeneration, Generation } from '@visavis/protocol/rest';
import { createGenerationSchema } from '@visavis/protocol/rest';
import { expect, test } from 'vitest';
import {
  estimableOrder,
  type FilmWish,
  isOfClip,
  missingOf,
  NO_WISH,
  orderOf,
  type SentFile,
  unmarked,
  uploadIdIn,
  wishOf,
} from './film-wish.ts';
import { nextAfter } from './segments-field.tsx';

const uploadId = 'ab'.repeat(16);
const link = `https://avatars.example.com/uploads/${uploadId}`;
const clip: SentFile = {
  uploadId,
  url: link,
  name: 'clip.mp4',
  bytes: 9,
  lastModified: 1,
  kind: 'video',
  isReady: true,
};
const wish = (part: Partial<FilmWish>): FilmWish => ({ ...NO_WISH, agreed: true, text: 'Hello.', ...part });

test('a film is ordered once there is a picture and a sound, and the person shown has agreed', () => {
  expect([...missingOf(NO_WISH)]).toEqual(['picture', 'agreed']);
  expect([...missingOf(wish({ pictureFrom: 'avatar', agreed: false }))]).toEqual(['avatar']);
  expect([...missingOf(wish({ pictureFile: clip, soundFrom: 'record' }))]).toEqual(['sound']);
  expect(orderOf(wish({ pictureFile: clip, soundFrom: 'file' }))).toBeNull();
  expect(orderOf(wish({ pictureFile: clip }))).toEqual({ videoUrl: link, text: 'Hello.' });
});

test.each<[string, Partial<FilmWish>, object]>([
  ['a photo', { pictureFile: { ...clip, kind: 'picture' } }, { imageUrl: link, text: 'Hello.' }],
  ['an avatar', { pictureFrom: 'avatar', avatarId: 'a1' }, { avatar: 'a1', text: 'Hello.' }],
  [
    'an address',
    { pictureFrom: 'address', pictureUrl: ' https://x.example/c.mp4 ' },
    { videoUrl: 'https://x.example/c.mp4', text: 'Hello.' },
  ],
  ['a recording', { pictureFile: clip, soundFrom: 'record', recording: clip }, { videoUrl: link, audioUrl: link }],
  [
    'a voice',
    { pictureFile: clip, voice: 'onyx', language: 'de' },
    { videoUrl: link, text: 'Hello.', voice: 'onyx', language: 'de' },
  ],
  [
    'another way and another face',
    { pictureFile: clip, syncMode: 'bounce', speaker: { x: 3, y: 4 } },
    { videoUrl: link, text: 'Hello.', syncMode: 'bounce', speaker: { x: 3, y: 4 } },
  ],
  [
    'only parts of a clip, over its own sound',
    {
      pictureFile: clip,
      extent: 'parts',
      segments: [{ startMs: 500, endMs: 1500 }],
      syncMode: 'remap',
      originalVolume: 0.2,
    },
    { videoUrl: link, text: 'Hello.', segments: [{ startMs: 500, endMs: 1500 }], originalVolume: 0.2 },
  ],
  [
    'a clip at another pace, whose sound cannot follow',
    { pictureFile: clip, syncMode: 'remap', originalVolume: 0.2, segments: [{ startMs: 0, endMs: 500 }] },
    { videoUrl: link, text: 'Hello.', syncMode: 'remap' },
  ],
  [
    'another size, format and quality',
    { pictureFrom: 'avatar', avatarId: 'a1', heightPx: 720, format: 'webm', quality: 'low' },
    { avatar: 'a1', text: 'Hello.', output: { heightPx: 720, format: 'webm', quality: 'low' } },
  ],
])('the order says %s as the server takes it', (_what, part, order) => {
  const made = orderOf(wish(part));
  expect(made).toEqual(order);
  expect(createGenerationSchema.safeParse(made).success).toBe(true);
});

test('the price is asked once nothing is to be typed any more', () => {
  expect(estimableOrder(wish({ pictureFile: clip, agreed: false }))).toEqual({ videoUrl: link, text: 'Hello.' });
  for (const unfinished of [
    { pictureFile: clip, text: ' ' },
    { pictureFrom: 'address', pictureUrl: 'https' } as const,
    { pictureFile: clip, soundFrom: 'address', soundUrl: '' } as const,
    { pictureFile: null },
  ]) {
    expect([unfinished, estimableOrder(wish(unfinished))]).toEqual([unfinished, null]);
  }
});

test('what belongs to clips is left out of films of photos and avatars, whatever was chosen before', () => {
  const chosen = wish({
    pictureFrom: 'avatar',
    avatarId: 'a1',
    pictureFile: clip,
    syncMode: 'remap',
    speaker: { x: 1, y: 1 },
  });
  expect([isOfClip(chosen), orderOf(chosen)]).toEqual([false, { avatar: 'a1', text: 'Hello.' }]);
});

test('stretches that overlap or are none order nothing', () => {
  const parts = (...segments: FilmWish['segments']) => wish({ pictureFile: clip, extent: 'parts', segments });
  for (const wrong of [
    parts(),
    parts({ startMs: 2000, endMs: 1000 }),
    parts({ startMs: 0, endMs: 1000 }, { startMs: 500, endMs: 2000 }),
  ]) {
    expect([[...missingOf(wrong)], orderOf(wrong)]).toEqual([['segments'], null]);
  }
  expect(nextAfter([])).toEqual({ startMs: 0, endMs: 2000 });
  expect(orderOf(parts({ startMs: 0, endMs: 700 }, nextAfter([{ startMs: 0, endMs: 700 }])))).not.toBeNull();
});

const film = (picture: Generation['picture'], sound: Generation['sound'], options: Generation['options'] = {}) =>
  wishOf({ picture, sound, options } as Generation);

test('a film is done again with its own choices, its files by their links', () => {
  const ofText = { kind: 'text', url: null, text: 'Hello.', voice: 'onyx', language: '' } as const;
  const noText = { text: null, voice: null, language: null } as const;
  const ofFile = { kind: 'url', url: link, ...noText } as const;
  const again = film({ kind: 'video', url: link, avatarId: null }, ofText);
  const options = {
    segments: [{ startMs: 0, endMs: 900 }],
    originalVolume: 0.5,
    speaker: { x: 1, y: 2 },
    output: { heightPx: 480 },
  };
  const inParts = film({ kind: 'video', url: link, avatarId: null }, ofFile, options);
  expect(orderOf({ ...inParts, agreed: true })).toEqual({ videoUrl: link, audioUrl: link, ...options });
  expect(orderOf({ ...again, agreed: true })).toEqual({ videoUrl: link, text: 'Hello.', voice: 'onyx' });
  expect(orderOf(film({ kind: 'avatar', url: null, avatarId: 'a1' }, ofFile))).toEqual({
    avatar: 'a1',
    audioUrl: link,
  });
  const elsewhere = film({ kind: 'image', url: 'https://x.example/p.jpg', avatarId: null }, ofFile);
  expect(orderOf({ ...elsewhere, agreed: true })).toEqual({ imageUrl: 'https://x.example/p.jpg', audioUrl: link });
  const lost = film({ kind: 'avatar', url: null, avatarId: 'a1' }, { kind: 'data', url: null, ...noText });
  expect([...missingOf(lost)]).toEqual(['sound']);
});

test.each<[string, CreateGeneration]>([
  ['who talks', { speaker: 'auto' }],
  ['a face at a moment', { speaker: { x: 1, y: 2, timeMs: 2500 } }],
  ['a face in the first picture', { speaker: { x: 1, y: 2 } }],
  ['a pace', { syncMode: 'remap' }],
  ['parts over the own sound', { segments: [{ startMs: 500, endMs: 1500 }], originalVolume: 0.35 }],
  ['a size over the interface', { output: { widthPx: 640, heightPx: 362, format: 'webm', quality: 'low' } }],
  ['a width alone', { output: { widthPx: 640 } }],
])('a film is done again with %s, whatever it was ordered by', (_what, options) => {
  const ofText = { kind: 'text', url: null, text: 'Hello.', voice: '', language: 'de' } as const;
  const again = film({ kind: 'video', url: link, avatarId: null }, ofText, options as Generation['options']);
  const order = orderOf({ ...again, agreed: true });
  expect(order).toEqual({ videoUrl: link, text: 'Hello.', language: 'de', ...options });
  expect(createGenerationSchema.safeParse(order).success).toBe(true);
});

test('a mark is of one clip; who talks is found in any', () => {
  expect(unmarked({ x: 1, y: 2, timeMs: 500 })).toBeNull();
  expect([unmarked(null), unmarked('auto')]).toEqual([null, 'auto']);
});

test('only links of uploads name an upload', () => {
  expect(uploadIdIn(link)).toBe(uploadId);
  for (const other of ['', 'clip.mp4', `https://x.example/uploads/${uploadId}/file`, 'https://x.example/uploads/1']) {
    expect([other, uploadIdIn(other)]).toEqual([other, null]);
  }
});
