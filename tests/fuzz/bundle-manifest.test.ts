import { readFileSync } from 'node:fs';
import path from 'node:path';
import { mutateText } from '@visavis/protocol/testing';
import { expect, test } from 'vitest';
import { AvatarBundleError } from '../../packages/media/src/frames/bundle-error.ts';
import { parseManifest } from '../../packages/media/src/frames/manifest.ts';
import { fuzz, textMutation } from './support/fuzz.ts';

const AVATARS = path.resolve(import.meta.dirname, '../../avatars');

test('the manifest of a bundle is read, or refused with the field at fault', async () => {
  const texts = ['iris', 'marcus', 'rafael', 'yuna'].map((name) =>
    readFileSync(path.join(AVATARS, name, 'manifest.json'), 'utf8'),
  );
  const outcome = { read: 0, refused: 0, malformed: 0 };
  await fuzz({
    wire: 'bundle-manifest',
    corpus: texts.map((text) => Buffer.from(text)),
    mutate: textMutation(mutateText),
    feed(input) {
      let value: unknown;
      try {
        value = JSON.parse(Buffer.from(input).toString('utf8'));
      } catch {
        outcome.malformed += 1;
        return;
      }
      try {
        parseManifest(value, 'manifest.json');
        outcome.read += 1;
      } catch (error) {
        if (!(error instanceof AvatarBundleError)) throw error;
        expect(error.message.length).toBeLessThan(2000);
        outcome.refused += 1;
      }
    },
  });
  for (const count of Object.values(outcome)) expect(count).toBeGreaterThan(50);
});
