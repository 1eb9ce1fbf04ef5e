import { FIELD_FAULTS, type FieldFault, fieldSentence } from '@visavis/protocol';
import type { FieldProblem } from '@visavis/protocol/rest';

/** One complaint of a schema, as the validator of requests hands it on. */
type Complaint = {
  /** Code of the issue, like `too_big`. */
  readonly keyword: string;
  /** Like `/allowedOrigins/0`. */
  readonly instancePath: string;
  readonly message?: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
};

/** What stands in a complaint of a bound, whatever shape it comes in. */
type Bound = {
  readonly code: string | undefined;
  readonly origin?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
};

type KnownFault = { readonly fault: FieldFault; readonly limit?: number };

const LISTS: ReadonlySet<unknown> = new Set(['array', 'set', 'map']);

/** Sentences without a number are known by themselves: schemas take theirs from the same table. */
const BY_SENTENCE: ReadonlyMap<string, FieldFault> = new Map(
  (Object.keys(FIELD_FAULTS) as FieldFault[]).map((fault) => [FIELD_FAULTS[fault], fault]),
);

/** The fault of a value that is too long, too short, too large and so on; null when it is another. */
export function boundFault({ code, origin, minimum, maximum }: Bound): KnownFault | null {
  const limit = Number(code === 'too_big' ? maximum : minimum);
  if (code === 'too_big') {
    return { fault: origin === 'string' ? 'too-long' : LISTS.has(origin) ? 'too-many' : 'too-large', limit };
  }
  if (code !== 'too_small') return null;
  if (origin !== 'string' && !LISTS.has(origin)) return { fault: 'too-small', limit };
  if (limit === 1) return { fault: 'empty' };
  return { fault: origin === 'string' ? 'too-short' : 'too-few', limit };
}

/** What is wrong with which field, for pages that tell it in their own words. */
export function fieldProblem({ keyword, instancePath, message = '', params }: Complaint): FieldProblem {
  const path = instancePath.slice(1).replaceAll('/', '.');
  const bound = boundFault({ ...params, code: keyword });
  // A schema may say more about a bound than the table does.
  if (bound !== null && message === fieldSentence(bound.fault, bound.limit)) {
    const { fault: code, limit } = bound;
    return { path, code, message, ...(limit === undefined ? {} : { limit }) };
  }
  return { path, code: BY_SENTENCE.get(message) ?? 'invalid', message };
}
