import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider, type QueryKey } from '@tanstack/react-query';
import { createElement, type ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';

/** Answers of the server that are at hand, by the keys of their queries. */
type Answers = readonly (readonly [key: QueryKey, answer: unknown])[];

/**
 * What a part of the console shows at first, as HTML in English. Dialogs and what opens later are not in it, and nothing is asked of
 * a server.
 */
export function shown(part: ReactElement, answers: Answers = []): string {
  const client = new QueryClient();
  for (const [key, answer] of answers) client.setQueryData(key, answer);
  const page = createElement(MantineProvider, null, part);
  return renderToStaticMarkup(createElement(QueryClientProvider, { client }, page));
}

/** The same as a person reads it: words with one space between them, and the names of buttons and fields that have no words. */
export function wordsOf(html: string): string {
  return html
    .replaceAll(/<style[^>]*>[^<]*<\/style>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&quot;|&#x27;/g, '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** Words of the buttons that can be pressed, and of those that cannot. */
export function buttonsOf(html: string): { readonly enabled: readonly string[]; readonly disabled: readonly string[] } {
  const buttons = [...html.matchAll(/<button([^>]*)>(.*?)<\/button>/gs)].map(([, attributes = '', content = '']) => ({
    isDisabled: /\sdisabled=""/.test(attributes),
    words: /aria-label="([^"]*)"/.exec(attributes)?.[1] ?? wordsOf(content),
  }));
  const words = (isDisabled: boolean) =>
    buttons.filter((button) => button.isDisabled === isDisabled).map((button) => button.words);
  return { enabled: words(false), disabled: words(true) };
}

/** The fields that have a name in the request: which are required, and of which type they are. */
export function fieldsOf(html: string): Readonly<Record<string, readonly string[]>> {
  const found = [...html.matchAll(/<(input|textarea)\b([^>]*)>/g)].flatMap(([, tag, attributes = '']) => {
    const name = /\sname="([^"]*)"/.exec(attributes)?.[1];
    const type = /\stype="([^"]*)"/.exec(attributes)?.[1] ?? (tag === 'textarea' ? 'long text' : 'text');
    const facts = / required=""/.test(attributes) ? ['required', type] : [type];
    return name === undefined || type === 'radio' ? [] : [[name, facts] as const];
  });
  return Object.fromEntries(found);
}
