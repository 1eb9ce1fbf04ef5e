import { FIELD_FAULTS, fieldSentence } from '@visavis/protocol';
import * as z from 'zod';
import { boundFault } from './field-problems.ts';

type Issue = Parameters<NonNullable<NonNullable<Parameters<typeof z.config>[0]>['customError']>>[0];

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  date: 'a time',
};

const FORMATS: Readonly<Record<string, string>> = {
  email: FIELD_FAULTS.email,
  url: FIELD_FAULTS.url,
  date: 'must be a day, like 2026-01-31',
  datetime: 'must be a time in UTC, like 2026-01-31T12:00:00Z',
};

/** From now on schemas that say nothing of their own refuse in these words, not in the library's. */
export function useOwnSentences(): void {
  z.config({ customError: sentenceFor });
}

/** What is wrong with a field; its name stands before it. */
function sentenceFor(issue: Issue): string {
  const bound = boundFault(issue);
  if (bound !== null) return fieldSentence(bound.fault, bound.limit);
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return FIELD_FAULTS.missing;
      return `must be ${TYPES[String(issue.expected)] ?? 'of another type'}`;
    case 'invalid_format':
      return FORMATS[issue.format] ?? 'has not the right form';
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`;
    case 'unrecognized_keys':
      return `has fields that are not known here: ${issue.keys.slice(0, 10).join(', ')}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    default:
      return 'is not possible';
  }
}
