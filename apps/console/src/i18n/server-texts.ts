import { filled, isMakingStep, type SentenceValues } from '@visavis/protocol';
import type { Avatar, Delivery } from '@visavis/protocol/rest';
import { ApiProblem } from '../api/client.ts';
import { type FaultOfField, fieldOf } from '../components/field-faults.ts';
import type { Language } from './current-language.ts';
import { en, type ServerTexts } from './en/server.ts';
import { useFormats, useLanguage } from './language-choice.tsx';
import { zh } from './zh/server.ts';

const dictionaries: Readonly<Record<Language, ServerTexts>> = { en, zh };

/** No field tells its faults itself. */
const nobody: ReadonlySet<string> = new Set();

type Numbers = (value: number) => string;

/** What the server refused, in the words of the page; a sentence that is in no table stays as the server wrote it. */
export function useServerTexts() {
  const texts = dictionaries[useLanguage().language];
  const { number } = useFormats();
  return {
    /** Of everything but the fields that tell their faults themselves. */
    ofError: (error: Error, claimed = nobody) => sentencesOf(error, claimed, texts, number),
    /** Why an avatar could not be made. */
    ofMaking: (avatar: FailedAvatar) => makingSentenceOf(avatar, texts, number),
    /** What is being done while an avatar is made, as the server writes it. */
    ofStep: (step: string) => (isMakingStep(step) ? texts.steps[step] : step),
    /** Why a post to a webhook was not answered; null: for no reason that is known. */
    ofDelivery: (attempt: UnansweredAttempt) => deliveryReasonOf(attempt, texts),
    ofField: (fault: FaultOfField, label: string, error: Error | null) =>
      fieldSentenceOf(fault, label, error, texts, number),
  };
}

type UnansweredAttempt = Pick<Delivery['attempts'][number], 'error' | 'fault'>;

export function deliveryReasonOf({ error, fault }: UnansweredAttempt, texts: ServerTexts): string | null {
  return fault === 'silent' ? null : (of(texts.deliveries, fault) ?? error);
}

type FailedAvatar = Pick<Avatar, 'failure' | 'stateDetail'>;

export function makingSentenceOf({ failure, stateDetail }: FailedAvatar, texts: ServerTexts, number: Numbers): string {
  const { reason = null, values = {} } = failure ?? {};
  const sentence = of(texts.making, reason) ?? of(texts.refusals, reason);
  if (sentence === undefined) return stateDetail ?? '';
  const why = String(values.why ?? '');
  return filled(sentence, { ...written(values, number), why: of(texts.deliveries, why) ?? why });
}

export function sentencesOf(
  error: Error,
  claimed: ReadonlySet<string>,
  texts: ServerTexts,
  number: Numbers,
): readonly string[] {
  const fields = error instanceof ApiProblem ? error.fields : [];
  if (fields.length === 0) return [sentenceOf(error, texts, number)];
  return fields
    .filter(({ path }) => !claimed.has(fieldOf(path)))
    .map((fault) => fieldSentenceOf(fault, fault.path, error, texts, number));
}

function sentenceOf(error: Error, texts: ServerTexts, number: Numbers): string {
  if (!(error instanceof ApiProblem)) return error.message;
  if (error.code === 'no-answer') return texts.noAnswer;
  if (error.code === 'unknown') return filled(texts.answered, { status: error.status });
  const sentence = of(texts.refusals, error.reason);
  return sentence === undefined ? error.message : filled(sentence, written(error.values, number));
}

export function fieldSentenceOf(
  { code, limit = 0, message }: FaultOfField,
  label: string,
  error: Error | null,
  texts: ServerTexts,
  number: Numbers,
): string {
  const ofField = of(texts.fields, code);
  if (ofField !== undefined) return filled(ofField, { label, limit: number(limit) });
  const refusal = of(texts.refusals, code);
  const values = error instanceof ApiProblem ? written(error.values, number) : {};
  return refusal === undefined ? `${label}: ${message}` : filled(refusal, values);
}

function of(sentences: Readonly<Record<string, string>>, name: string | null): string | undefined {
  return name !== null && Object.hasOwn(sentences, name) ? sentences[name] : undefined;
}

function written(values: SentenceValues, number: Numbers): SentenceValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? number(value) : value]),
  );
}
