import { jsonFault, LIMITS, treeFault } from '@visavis/protocol';
import type { FastifyInstance } from 'fastify';
import { ControlError } from '../control/control-error.ts';

/**
 * JSON bodies become trees within `LIMITS.tree`; what is deeper or larger is refused before anything walks it. So is half of
 * a character, as a text cut in an emoji ends with: the database takes it in some columns and not in others.
 */
export function registerBoundedJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    const refusal = refusalOf(jsonFault(body));
    if (refusal !== null) {
      done(refusal);
      return;
    }
    void parse(request, body, (error, value) => {
      if (error) done(error);
      else done(refusalOf(treeFault(value)) ?? brokenTextIn(body, value), value);
    });
  });
}

/** JSON, or else a form; what is neither has no parameters. */
export function parseTolerantBody(body: string): unknown {
  const nesting = refusalOf(jsonFault(body));
  if (nesting !== null) throw nesting;
  const value = parseJson(body);
  if (value === undefined) return readForm(body);
  const refusal = refusalOf(treeFault(value));
  if (refusal !== null) throw refusal;
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function refusalOf(fault: string | null): ControlError | null {
  return fault === null ? null : new ControlError('bad-request', `The body ${fault}. Send less in one request.`);
}

const HALF_OF_A_PAIR = /\\u[dD][89a-fA-F]/;

/** A parser makes such halves of escapes only; the bytes of a body are decoded without any. */
function brokenTextIn(body: string, value: unknown): ControlError | null {
  if (!HALF_OF_A_PAIR.test(body) || isWellFormed(value)) return null;
  return new ControlError('bad-request', 'A text holds half of a character, one of its two surrogates. Remove it.');
}

/** Whether every text and key of a tree within `LIMITS.tree` is made of whole characters. */
export function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, child]) => key.isWellFormed() && isWellFormed(child));
}

function readForm(body: string): Record<string, string> {
  const limit = LIMITS.counts.formFields;
  // Counted before it is split: a megabyte of `&` would become a million fields.
  if (countUpTo(body, '&', limit) >= limit) {
    throw new ControlError('bad-request', `The body has more than ${limit} fields. Send less in one request.`);
  }
  return Object.fromEntries(new URLSearchParams(body));
}

function countUpTo(text: string, wanted: string, limit: number): number {
  let count = 0;
  for (let at = text.indexOf(wanted); at >= 0 && count < limit; at = text.indexOf(wanted, at + 1)) count += 1;
  return count;
}
