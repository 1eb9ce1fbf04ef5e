import { type Language, languageIds, languageOf, languages, primaryOf } from '../../../i18n/current-language.ts';
import { writeTools } from '../tools/tool-list.ts';
import { type TemplateId, templateIds, templateTexts, toolsOf } from './template-table.ts';

/** The fields of an avatar that a template fills, as a form holds them. */
export type TemplateFields = {
  readonly prompt: string;
  readonly firstMessage: string;
  /** JSON. */
  readonly tools: string;
  /** BCP 47. */
  readonly language: string;
};

export type TemplateField = keyof TemplateFields;

const written: readonly TemplateField[] = ['prompt', 'firstMessage', 'tools'];

/** The fields of a template for an avatar of this name. */
export function fieldsOf(id: TemplateId, language: Language, name: string): TemplateFields {
  const { tools, ...texts } = wishOf(id, language, name);
  return { ...texts, tools: writeTools(tools) };
}

/** The same for a request that makes an avatar. */
export function wishOf(id: TemplateId, language: Language, name: string) {
  const { manner, [id]: texts } = templateTexts[language];
  const named = (text: string) => text.replaceAll('{name}', () => name);
  return {
    prompt: named(`${texts.prompt}\n\n${manner}`),
    firstMessage: named(texts.firstMessage),
    tools: toolsOf(id, language),
    language: languages[language].tag,
  };
}

/** A template that is chosen before there is an avatar; null: none is. */
export type TemplateWish = { readonly id: TemplateId; readonly language: Language } | null;

/** What it adds to the request that makes the avatar. */
export function wishedFields(wish: TemplateWish, name: string) {
  return wish === null ? {} : wishOf(wish.id, wish.language, name.trim());
}

/** The language of a template for an avatar that speaks this BCP 47 tag, chosen on a page in `shown`. */
export function firstLanguage(tag: string, shown: Language): Language {
  const spoken = languageOf([tag]);
  return spoken === 'en' ? shown : spoken;
}

/** What the template changes in the form: an avatar that speaks the language in another country goes on to do so. */
export function changesBy(values: TemplateFields, wish: TemplateFields): Partial<TemplateFields> {
  const { language, ...texts } = wish;
  return primaryOf(values.language) === primaryOf(language) ? texts : wish;
}

/**
 * The fields whose text somebody wrote, and which the template would replace: all that hold something else, unless it is what a
 * template says for this name.
 */
export function replacedFields(values: TemplateFields, wish: TemplateFields, name: string): readonly TemplateField[] {
  const known = new Set(
    templateIds.flatMap((id) =>
      languageIds.flatMap((language) => {
        const { prompt, firstMessage, tools } = fieldsOf(id, language, name);
        return [prompt, firstMessage, tools];
      }),
    ),
  );
  return written.filter((field) => {
    const text = values[field].trim();
    return text !== '' && text !== wish[field].trim() && !known.has(values[field]);
  });
}

/** Only what fills empty fields: nothing that was written is replaced. An avatar that begins in another language speaks it. */
export function fillingChanges(values: TemplateFields, wish: TemplateFields): Partial<TemplateFields> {
  const empty = written.filter((field) => values[field].trim() === '');
  const { language = values.language } = changesBy(values, wish);
  const spoken = empty.includes('firstMessage') && language !== values.language ? { language } : {};
  return { ...Object.fromEntries(empty.map((field) => [field, wish[field]])), ...spoken };
}
