import { LIMITS } from '@visavis/protocol';
import { updateAvatarSchema } from '@visavis/protocol/rest';
import { describe, expect, it } from 'vitest';
import { isLanguage, languages } from '../../../i18n/current-language.ts';
import { faultOfTools } from '../tools/tool-faults.ts';
import { parametersOf } from '../tools/tool-list.ts';
import { templateIds, templateTexts, toolsOf } from './template-table.ts';
import {
  changesBy,
  fieldsOf,
  fillingChanges,
  firstLanguage,
  replacedFields,
  wishedFields,
  wishOf,
} from './template-values.ts';

const longestName = 'N'.repeat(LIMITS.characters.name);
const spoken = Object.keys(languages).filter(isLanguage);
const each = templateIds.flatMap((id) => spoken.map((language) => [id, language] as const));

describe('templates', () => {
  it('are six', () => {
    expect(templateIds).toEqual(['receptionist', 'tutor', 'shop', 'clinic', 'interviewer', 'presenter']);
  });

  it.each(each)('%s in %s is taken by the server, with room for what its owner adds', (id, language) => {
    const wish = wishOf(id, language, longestName);
    expect(updateAvatarSchema.parse(wish)).toEqual(wish);
    expect(wish.prompt.length).toBeLessThan(LIMITS.characters.prompt / 10);
    expect(wish.firstMessage.length).toBeLessThan(300);
    expect([wish.prompt, wish.firstMessage].map((text) => text.includes(longestName))).toEqual([true, true]);
    expect(`${wish.prompt}${wish.firstMessage}`).not.toMatch(/[{}]/);
    expect(faultOfTools(fieldsOf(id, language, longestName).tools)).toBeNull();
  });

  it.each(each)('%s in %s has words for its tools and their values, and for no others', (id, language) => {
    const words: Readonly<Record<string, { values: object }>> = templateTexts[language][id].tools;
    const tools = toolsOf(id, language);
    expect(tools.map(({ name }) => name)).toEqual(Object.keys(words));
    for (const tool of tools) {
      const parameters = parametersOf(tool) ?? expect.unreachable();
      expect(parameters.map(({ name }) => name)).toEqual(Object.keys(words[tool.name]?.values ?? {}));
      expect([tool.description, ...parameters.map(({ description }) => description)]).not.toContain('');
      expect(parameters.flatMap(({ others }) => others)).toEqual([]);
    }
    expect(tools.some(({ name }) => templateTexts[language][id].prompt.includes(name))).toBe(true);
  });

  it('add all that they say to the request that makes an avatar, and nothing when none is chosen', () => {
    expect(wishedFields(null, 'Nora')).toEqual({});
    expect(wishedFields({ id: 'clinic', language: 'zh' }, ' Nora ')).toEqual(wishOf('clinic', 'zh', 'Nora'));
  });

  it('begin in the language of the avatar, or of the page', () => {
    expect(firstLanguage('zh-TW', 'en')).toBe('zh');
    expect([firstLanguage('en-GB', 'zh'), firstLanguage('de', 'en')]).toEqual(['zh', 'en']);
  });
});

describe('a template over what is there', () => {
  const empty = { prompt: '', firstMessage: ' ', tools: '', language: 'en-GB' };
  const shop = fieldsOf('shop', 'en', 'Nora');
  const tutor = fieldsOf('tutor', 'zh', 'Nora');

  it('replaces what was written only when asked, and what another template wrote at once', () => {
    expect(replacedFields(empty, shop, 'Nora')).toEqual([]);
    expect(replacedFields({ ...empty, ...tutor }, shop, 'Nora')).toEqual([]);
    const typed = { ...shop, prompt: `${shop.prompt} Be brief.`, tools: '[' };
    expect(replacedFields(typed, tutor, 'Nora')).toEqual(['prompt', 'tools']);
    expect(replacedFields(typed, typed, 'Nora')).toEqual([]);
  });

  it('fills what is empty, and leaves the rest', () => {
    const typed = { ...empty, firstMessage: 'Ahoy!' };
    expect(fillingChanges(typed, shop)).toEqual({ prompt: shop.prompt, tools: shop.tools });
    expect(fillingChanges(typed, tutor)).not.toHaveProperty('language');
    expect(fillingChanges(empty, tutor)).toEqual(tutor);
  });

  it('changes the language only to another one', () => {
    expect(changesBy(empty, shop)).not.toHaveProperty('language');
    expect(changesBy({ ...empty, language: 'zh-TW' }, tutor)).not.toHaveProperty('language');
    expect(changesBy(empty, tutor)).toMatchObject({ language: 'zh-CN' });
  });
});
