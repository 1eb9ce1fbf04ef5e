import * as z from 'zod';

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
  email: 'must be an e-mail address',
  url: 'must be an address, like https://example.org/',
  date: 'must be a day, like 2026-01-31',
  datetime: 'must be a time in UTC, like 2026-01-31T12:00:00Z',
};

/** From now on schemas that say nothing of their own refuse in these words, not in the library's. */
export function useOwnSentences(): void {
  z.config({ customError: sentenceFor });
}

/** What is wrong with a field; its name stands before it. */
function sentenceFor(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return `must be ${TYPES[String(issue.expected)] ?? 'of another type'}`;
    case 'too_big':
      return `must ${bound(issue.origin, String(issue.maximum))} at most`;
    case 'too_small':
      if (issue.origin !== 'number' && issue.minimum === 1) return 'must not be empty';
      return `must ${bound(issue.origin, String(issue.minimum))} at least`;
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

function bound(origin: string, limit: string): string {
  if (origin === 'string') return `have ${limit} characters`;
  return origin === 'array' || origin === 'set' || origin === 'map' ? `have ${limit} entries` : `be ${limit}`;
}
