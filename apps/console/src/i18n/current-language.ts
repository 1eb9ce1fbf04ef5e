export type Language = 'en' | 'zh';

export const languageKey = 'visavis.language';

/** The browser's own, where none was chosen. */
export function browserLanguage(): Language {
  return globalThis.navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

/** The language that was chosen in this browser, else the browser's own; for what is shown outside of `LanguageProvider`. */
export function currentLanguage(): Language {
  const chosen = globalThis.localStorage.getItem(languageKey);
  if (chosen === '"zh"') return 'zh';
  return chosen === '"en"' ? 'en' : browserLanguage();
}
