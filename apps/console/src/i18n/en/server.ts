import { FIELD_FAULTS, type FieldFault, REFUSALS, type Refusal } from '@visavis/protocol';
import type { Widened } from '../widened.ts';

type Sentences<Name extends string> = Readonly<Record<Name, string>>;

const fields = Object.fromEntries(
  Object.entries(FIELD_FAULTS).map(([fault, sentence]) => [fault, `{label} ${sentence}.`]),
) as Sentences<FieldFault>;

/** English sentences for what the server refuses, by their names in its tables; `{name}` stands for a value. */
export const en = {
  noAnswer: 'The server does not answer. Check that it is running, then try again.',
  answered: 'The server answered {status}.',
  /** What is wrong with a field; `{label}` is what it is called on the page. */
  fields,
  refusals: REFUSALS as Sentences<Refusal>,
};

export type ServerTexts = Widened<typeof en>;
