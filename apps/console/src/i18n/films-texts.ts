import { FILM_PROBLEMS, filled } from '@visavis/protocol';
import type { Generation } from '@visavis/protocol/rest';
import type { Language } from './current-language.ts';
import { en, type FilmsTexts } from './en/films.ts';
import { useLanguage } from './language-choice.tsx';
import { valuesIn } from './values-in.ts';
import { zh } from './zh/films.ts';

const dictionaries: Readonly<Record<Language, FilmsTexts>> = { en, zh };

/** Texts of films in the chosen language. */
export function useFilmsTexts(): FilmsTexts {
  return dictionaries[useLanguage().language];
}

/** What the server says of a film, in the words of the page; what is in no table stays as the server wrote it. */
export function stepOf(step: string, texts: FilmsTexts): string {
  return of(texts.steps, step) ?? step;
}

export function failureOf({ failure }: Pick<Generation, 'failure'>, texts: FilmsTexts): string {
  if (failure === null) return '';
  const sentence = of(texts.problems, failure.code);
  const values = valuesIn(of(FILM_PROBLEMS, failure.code) ?? '', failure.message);
  if (sentence === undefined || values === null) return failure.message;
  const what = of(texts.sources, values.what ?? '') ?? values.what;
  return filled(sentence, what === undefined ? values : { ...values, what });
}

function of(words: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(words, name) ? words[name] : undefined;
}
