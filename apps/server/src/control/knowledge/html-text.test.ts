import { expect, test } from 'vitest';
import { htmlText } from './html-text.ts';

test('a page that stands in a form is read; what people press, choose and type is not', () => {
  const page =
    '<title>Rooms</title><body><form><input value="typed"><p>Rooms cost 90 euros.</p>' +
    '<select><option>Choice</option></select><textarea>Draft</textarea><button>Press</button>Breakfast is free.</form>';
  expect(htmlText(page)).toEqual({ title: 'Rooms', text: 'Rooms cost 90 euros.\n\nBreakfast is free.' });
});
