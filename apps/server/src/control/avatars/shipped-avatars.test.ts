import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { isPublicId } from '../ids.ts';
import { readShippedAvatars } from './shipped-avatars.ts';

const avatarsDir = fileURLToPath(new URL('../../../../../avatars', import.meta.url));

test('the shipped index and every bundle it names can be read', async () => {
  const shipped = await readShippedAvatars(avatarsDir);
  expect(shipped?.length).toBeGreaterThan(0);
  for (const figure of shipped ?? []) {
    expect(isPublicId(figure.avatarId)).toBe(true);
    expect(figure.displayName).not.toBe('');
    expect(existsSync(join(avatarsDir, figure.bundleName, figure.thumbnail as string))).toBe(true);
  }
});

test('a folder without an index has no shipped avatars', async () => {
  expect(await readShippedAvatars('/nowhere')).toBeNull();
});
