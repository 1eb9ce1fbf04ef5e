import { expect, it } from 'vitest';
import { nameOfFile } from './name-of-file.ts';

it.each([
  ['mia.jpg', 'Mia'],
  ['mia-hotel_desk.JPG', 'Mia hotel desk'],
  ['Anna Maria.v2.png', 'Anna Maria.v2'],
  ['李小龙.heic', '李小龙'],
  ['élodie.webm', 'Élodie'],
  ['Nora 2.mp4', 'Nora 2'],
])('an avatar made from %s is called %s', (file, name) => {
  expect(nameOfFile(file)).toBe(name);
});

it.each([
  'IMG_2044.jpg',
  'DSC00123.JPG',
  'PXL_20260401_101112.jpg',
  'image.png',
  'Screenshot 2026-04-01 at 10.11.12.png',
  'WhatsApp Image 2026-04-01 at 10.11.12.jpeg',
  '4f9a7c20-1b2c-4d3e-9f00-aabbccddeeff.webp',
  '20260401.mp4',
  'download (3).png',
  '.jpg',
])('%s names nobody', (file) => {
  expect(nameOfFile(file)).toBe('');
});

it('a long name is cut to what the server takes', () => {
  expect(nameOfFile(`${'x'.repeat(300)}.jpg`)).toHaveLength(80);
});
