import { expect, it } from 'vitest';
import { shownName } from './shown-name.ts';

it.each([
  ['navtalk.Iris', 'Iris'],
  ['nora', 'Nora'],
  ['Dr. Smith', 'Dr. Smith'],
  ['shop.example', 'Shop.example'],
  ['my navtalk.Iris', 'My navtalk.Iris'],
  ['', ''],
])('%j is called %j', (name, shown) => {
  expect(shownName(name)).toBe(shown);
});
