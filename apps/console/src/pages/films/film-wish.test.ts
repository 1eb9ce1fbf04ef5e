import type { Generation } from '@visavis/protocol/rest';
import { createGenerationSchema } from '@visavis/protocol/rest';
import { expect, test } from 'vitest';
import {
  type FilmWish,
  isOfClip,
  missingOf,
  NO_WISH,
  orderOf,
  type SentFile,
  uploadIdIn,
  wishOf,
} from './film-wish.ts';

const uploadId = 'ab'.repeat(16);
const link = `https://avatars.example.com/uploads/${uploadId}`;
const clip: SentFile = {
  ...{ uploadId, url: link, name: 'clip.mp4', bytes: 9, lastModified: 1, kind: 'video', isReady: true },
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
])('the order says %s as the server takes it', (_what, part, order) => {
  const made = orderOf(wish(part));
  expect(made).toEqual(order);
  expect(createGenerationSchema.safeParse(made).success).toBe(true);
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

const film = (picture: Generation['picture'], sound: Generation['sound']) =>
  wishOf({ picture, sound, options: {} } as Generation);

test('a film is done again with its own choices, its files by their links', () => {
  const ofText = { kind: 'text', url: null, text: 'Hello.' } as const;
  const ofFile = { kind: 'url', url: link, text: null } as const;
  const again = film({ kind: 'video', url: link, avatarId: null }, ofText);
  expect(orderOf({ ...again, agreed: true })).toEqual({ videoUrl: link, text: 'Hello.' });
  expect(orderOf(film({ kind: 'avatar', url: null, avatarId: 'a1' }, ofFile))).toEqual({
    avatar: 'a1',
    audioUrl: link,
  });
  const elsewhere = film({ kind: 'image', url: 'https://x.example/p.jpg', avatarId: null }, ofFile);
  expect(orderOf({ ...elsewhere, agreed: true })).toEqual({ imageUrl: 'https://x.example/p.jpg', audioUrl: link });
  const lost = film({ kind: 'avatar', url: null, avatarId: 'a1' }, { kind: 'data', url: null, text: null });
  expect([...missingOf(lost)]).toEqual(['sound']);
});

test('only links of uploads name an upload', () => {
  expect(uploadIdIn(link)).toBe(uploadId);
  for (const other of ['', 'clip.mp4', `https://x.example/uploads/${uploadId}/file`, 'https://x.example/uploads/1']) {
    expect([other, uploadIdIn(other)]).toEqual([other, null]);
  }
});
