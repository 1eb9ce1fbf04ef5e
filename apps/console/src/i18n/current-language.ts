/**
 * Every language of the pages, by the primary subtag of its BCP 47 tag. Another one is a folder beside `en` with the same
 * files, and a line here: the compiler then names each list that lacks it.
 */
export const languages = {
  en: { tag: 'en', name: 'English' },
  zh: { tag: 'zh-CN', name: '中文' },
} as const;

export type Language = keyof typeof languages;

export const languageIds = Object.keys(languages) as readonly Language[];

/** To choose from: each by its own name. */
export const languageOptions = languageIds.map((value) => ({ value, label: languages[value].name }));

/** Where the browser keeps the one that was chosen, as JSON. */
export const languageKey = 'visavis.language';

/** The first of these BCP 47 tags whose language the pages have; English when there is none. */
export function languageOf(tags: readonly string[]): Language {
  return tags.map(primaryOf).find(isLanguage) ?? 'en';
}

/** The language of a tag alone: `en` of `en-US`. */
export function primaryOf(tag: string): string {
  return tag.toLowerCase().split(/[-_]/, 1)[0] ?? '';
}

/** The browser's own, where none was chosen. */
export function browserLanguage(): Language {
  return languageOf(globalThis.navigator.languages);
}

/** The language that was chosen in this browser, else the browser's own; for what is shown outside of `LanguageProvider`. */
export function currentLanguage(): Language {
  const chosen = globalThis.localStorage.getItem(languageKey)?.replaceAll('"', '');
  return isLanguage(chosen) ? chosen : browserLanguage();
}

export function isLanguage(text: string | null | undefined): text is Language {
  return typeof text === 'string' && Object.hasOwn(languages, text);
}

/** Tells browsers and screen readers in which language the page is. */
export function tellLanguage(language: Language): void {
  document.documentElement.lang = languages[language].tag;
}
