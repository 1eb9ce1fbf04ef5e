import { expect, it } from 'vitest';
import { snippetsIn } from './snippets-in.ts';

it('reads one answer a line, each once', () => {
  expect(snippetsIn(' Good day.\n\n  \nOne moment, please.\r\nGood day.')).toEqual([
    'Good day.',
    'One moment, please.',
  ]);
  expect(snippetsIn('')).toEqual([]);
});
