import { expect, it } from 'vitest';
import { shortcutOf } from './call-shortcuts.ts';

function press(key: string, change: Partial<Parameters<typeof shortcutOf>[0]> = {}) {
  const plain = { ctrlKey: false, metaKey: false, altKey: false, repeat: false, isComposing: false };
  return { key, ...plain, defaultPrevented: false, ...change };
}

it('knows each key, with and without caps lock', () => {
  expect(['m', 'M', 'Escape', 'c', '?', 'x', ' '].map((key) => shortcutOf(press(key), false))).toEqual([
    'mute',
    'mute',
    'interrupt',
    'captions',
    'help',
    null,
    null,
  ]);
});

it('leaves keys alone that are typed, held, taken or part of something else', () => {
  expect(shortcutOf(press('m'), true)).toBeNull();
  const changes = [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { repeat: true }, { isComposing: true }];
  for (const change of [...changes, { defaultPrevented: true }])
    expect(shortcutOf(press('m', change), false)).toBeNull();
});
