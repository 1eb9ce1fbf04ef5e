import { describe, expect, it } from 'vitest';
import { languageOf, languages } from './current-language.ts';

type Module = Readonly<Record<string, unknown>>;

/** Every file of every language's folder, like `./en/talk.ts`. */
const modules = import.meta.glob<Module>('./*/*.ts', { eager: true });
const filesOf = (language: string) =>
  Object.keys(modules)
    .filter((path) => path.startsWith(`./${language}/`))
    .map((path) => path.slice(`./${language}/`.length));
const files = filesOf('en');
const others = Object.keys(languages).filter((language) => language !== 'en');

/** Every text of a dictionary by its path; functions are called with values that show whether they are used. */
function textsOf(language: string, file: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'string') found.set(path, value);
    else if (typeof value === 'function') found.set(path, String(value(...given(value.length))));
    else if (typeof value === 'object' && value !== null) {
      for (const [name, part] of Object.entries(value)) walk(part, path === '' ? name : `${path}.${name}`);
    }
  };
  walk(modules[`./${language}/${file}`]?.[language], '');
  return found;
}

const given = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => 711 + at);

/** What comes in English from elsewhere, and in other languages from tables: problems of calls, words of built-in avatars. */
const shared = (path: string) => !/^(problems|builtIn)\./.test(path);

/** Proper names, values, and what is the same everywhere. */
function isSameEverywhere(text: string): boolean {
  return !/\p{L}/u.test(text.replace(/React|iframe|JSON|Webhook|\{\w+\}/g, ''));
}

describe('dictionaries', () => {
  it('are a folder for each language, with the same files', () => {
    expect(files.length).toBeGreaterThan(2);
    for (const language of others) expect(filesOf(language)).toEqual(files);
  });

  it.each(others.flatMap((language) => files.map((file) => [language, file] as const)))(
    '%s/%s says everything that English says, in its own words',
    (language, file) => {
      const english = textsOf('en', file);
      const other = textsOf(language, file);
      expect(english.size).toBeGreaterThan(3);
      expect([...other.keys()].filter(shared).sort()).toEqual([...english.keys()].sort());
      for (const [path, text] of [...english, ...other]) expect(text.trim(), path).not.toBe('');
      const untold = [...english].filter(([path, text]) => other.get(path) === text && !isSameEverywhere(text));
      expect(untold).toEqual([]);
      for (const [path, text] of english) {
        const values = text.match(/71\d/g) ?? [];
        for (const value of values) expect(other.get(path), path).toContain(value);
        // A sentence may do without one of the values, and cannot have another.
        const places = other.get(path)?.match(/\{\w+\}/g) ?? [];
        expect([path, places.filter((place) => !text.includes(place))]).toEqual([path, []]);
      }
    },
  );

  it('have Chinese in the Chinese ones', () => {
    for (const file of files) {
      for (const [path, text] of textsOf('zh', file)) {
        if (!isSameEverywhere(text))
          expect([file, path, text]).toEqual([file, path, expect.stringMatching(/\p{Script=Han}/u)]);
      }
    }
  });

  it('write Chinese with its own colon, and call a page by one name', () => {
    const texts = files.flatMap((file) => [...textsOf('zh', file).values()]);
    expect(texts.filter((text) => /[\p{Script=Han}”）]:|: ?\p{Script=Han}/u.test(text))).toEqual([]);
    expect(texts.filter((text) => /试用场|对话页面/.test(text))).toEqual([]);
  });

  it('are chosen by the first language of the browser that the pages have', () => {
    expect(languageOf(['zh-Hant-TW', 'en'])).toBe('zh');
    expect(languageOf(['fr-FR', 'zh-CN', 'en'])).toBe('zh');
    expect([languageOf(['fr']), languageOf([]), languageOf(['constructor'])]).toEqual(['en', 'en', 'en']);
    expect(languageOf(['en-GB', 'zh'])).toBe('en');
  });
});
