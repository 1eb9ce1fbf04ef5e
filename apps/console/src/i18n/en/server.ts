import {
  DELIVERY_FAULTS,
  type DeliveryFault,
  FIELD_FAULTS,
  type FieldFault,
  MAKING_PROBLEMS,
  MAKING_STEPS,
  type MakingProblem,
  type MakingStep,
  REFUSALS,
  type Refusal,
} from '@visavis/protocol';
import type { Widened } from '../widened.ts';

type Sentences<Name extends string> = Readonly<Record<Name, string>>;

const fields = Object.fromEntries(
  Object.entries(FIELD_FAULTS).map(([fault, sentence]) => [fault, `{label} ${sentence}.`]),
) as Sentences<FieldFault>;

const steps = Object.fromEntries(MAKING_STEPS.map((step) => [step, step])) as Sentences<MakingStep>;

/** English sentences for what the server refuses, by their names in its tables; `{name}` stands for a value. */
export const en = {
  noAnswer: 'The server does not answer. Check that it is running, then try again.',
  answered: 'The server answered {status}.',
  /** What is wrong with a field; `{label}` is what it is called on the page. */
  fields,
  refusals: REFUSALS as Sentences<Refusal>,
  /** Why no avatar came of a photo or clip, and what is being done while one is made. */
  making: MAKING_PROBLEMS as Sentences<MakingProblem>,
  steps,
  /** Why a post to a webhook was not answered. */
  deliveries: DELIVERY_FAULTS as Sentences<DeliveryFault>,
};

export type ServerTexts = Widened<typeof en>;
