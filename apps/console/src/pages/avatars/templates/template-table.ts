import type { Language } from '../../../i18n/current-language.ts';
import { en, type TemplateTexts } from '../../../i18n/en/templates.ts';
import { zh } from '../../../i18n/zh/templates.ts';

/** Their words by the language in which the avatar is to speak. */
export const templateTexts: Readonly<Record<Language, TemplateTexts>> = { en, zh };

type Shape = {
  readonly type: 'string' | 'number' | 'integer';
  readonly choices?: readonly string[];
  readonly isOptional?: true;
};

const text: Shape = { type: 'string' };
const optional: Shape = { type: 'string', isOptional: true };
const choice = (...choices: readonly string[]): Shape => ({ type: 'string', choices });

/** The characters that one can begin with, in the order in which they are offered, with their sample tools. */
const shapes = {
  receptionist: {
    announce_visitor: { visitor: text, host: text, topic: optional },
    take_message: { recipient: text, message: text, phone: optional },
  },
  tutor: {
    show_exercise: { topic: text, level: choice('easy', 'medium', 'hard') },
    note_progress: { topic: text, understanding: choice('new', 'getting there', 'understood') },
  },
  shop: {
    find_product: { words: text, max_price: { type: 'number', isOptional: true } },
    check_order: { order_number: text },
  },
  clinic: {
    find_appointment: { reason: text, day: text, part_of_day: { ...choice('morning', 'afternoon'), isOptional: true } },
    book_appointment: { appointment_id: text, patient: text, phone: text },
  },
  interviewer: {
    record_answer: { question: text, summary: text },
    end_interview: { open_questions: optional },
  },
  presenter: {
    show_slide: { number: { type: 'integer' } },
    keep_question: { question: text, email: optional },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Shape>>>>>>;

export type TemplateId = keyof typeof shapes;
export const templateIds = Object.keys(shapes) as readonly TemplateId[];

export type TemplateTool = { readonly name: string; readonly description: string; readonly parameters: object };

type ToolWords = { readonly about: string; readonly values: Readonly<Record<string, string>> };

/** The sample tools of a character, described in this language. */
export function toolsOf(id: TemplateId, language: Language): readonly TemplateTool[] {
  const words: Readonly<Record<string, ToolWords>> = templateTexts[language][id].tools;
  return Object.entries<Readonly<Record<string, Shape>>>(shapes[id]).map(([name, values]) => ({
    name,
    description: words[name]?.about ?? '',
    parameters: {
      type: 'object',
      properties: Object.fromEntries(
        Object.entries(values).map(([key, { type, choices }]) => [
          key,
          { type, description: words[name]?.values[key] ?? '', ...(choices === undefined ? {} : { enum: choices }) },
        ]),
      ),
      required: Object.keys(values).filter((key) => values[key]?.isOptional !== true),
    },
  }));
}
