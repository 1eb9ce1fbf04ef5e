import { expect, it } from 'vitest';
import { createVoiceKeySchema } from './rest/voices.ts';

const KEY = { name: 'Ears', key: 'sk-x' };

it.each([
  ['https://EARS.example', 'https://ears.example'],
  ['https://ears.example:443', 'https://ears.example'],
  ['http://ears.example:8443', 'http://ears.example:8443'],
  ['https://bücher.example', 'https://xn--bcher-kva.example'],
])('the place of a key is kept as addresses are compared with it: %s', (given, kept) => {
  expect(createVoiceKeySchema.parse({ ...KEY, origin: given }).origin).toBe(kept);
});

it.each([
  'ears.example',
  'https://ears.example/v1',
  'https://',
  'https://a b',
  'https://u@ears.example',
  'https://:443',
  'ftp://a',
])('a key is kept for no other than a web address without a path: %s', (origin) => {
  expect(createVoiceKeySchema.safeParse({ ...KEY, origin }).success).toBe(false);
});
