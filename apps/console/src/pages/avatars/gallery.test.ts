import { describe, expect, it } from 'vitest';
import { galleryPart, pageSize } from './gallery.ts';

const avatar = (name: string, language = 'en') => ({ name, title: name.replace('navtalk.', ''), language });
const wish = { text: '', sorting: 'newest', page: 0 } as const;
/** The newest first, as the server lists them. */
const hundred = Array.from({ length: 100 }, (_, index) => avatar(`Iris ${100 - index}`));

describe('the gallery', () => {
  it('shows 24 on a page, the last page the rest, and the last page in place of one behind it', () => {
    const first = galleryPart(hundred, wish);
    expect([first.items.length, first.pageCount, first.found]).toEqual([pageSize, 5, 100]);
    expect(first.items[0]?.name).toBe('Iris 100');
    const last = galleryPart(hundred, { ...wish, page: 4 });
    expect([last.items.length, last.items.at(-1)?.name]).toEqual([4, 'Iris 1']);
    expect(galleryPart(hundred, { ...wish, page: 9 })).toEqual(last);
    expect(galleryPart([], wish)).toEqual({ items: [], page: 0, pageCount: 1, found: 0 });
  });

  it('finds by words in any order and of any case, in name, language and what is said of the voice', () => {
    const items = [avatar('navtalk.Yuna', 'ko'), avatar('Copy of Yuna', 'en'), avatar('Nora', 'de-DE')];
    const names = (text: string) => galleryPart(items, { ...wish, text }).items.map(({ name }) => name);
    expect(names(' yuna COPY ')).toEqual(['Copy of Yuna']);
    expect(names('de')).toEqual(['Nora']);
    // The prefix of built-in avatars is not shown, so it finds nothing.
    expect(names('navtalk')).toEqual([]);
    const voices = galleryPart(items, { ...wish, text: 'clara' }, ({ name }) => (name === 'Nora' ? 'Clara' : 'Henry'));
    expect(voices.items.map(({ name }) => name)).toEqual(['Nora']);
  });

  it('sorts by age or by the name that is shown, numbers as numbers', () => {
    const items = [avatar('b 10'), avatar('navtalk.A'), avatar('B 9')];
    const names = (sorting: 'newest' | 'oldest' | 'name') =>
      galleryPart(items, { ...wish, sorting }).items.map(({ name }) => name);
    expect(names('newest')).toEqual(['b 10', 'navtalk.A', 'B 9']);
    expect(names('oldest')).toEqual(['B 9', 'navtalk.A', 'b 10']);
    expect(names('name')).toEqual(['navtalk.A', 'B 9', 'b 10']);
  });
});
