import type { ApiError } from '@visavis/protocol/rest';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { ControlError } from '../control/control-error.ts';
import { diskFull, isDiskFull } from '../control/disk/disk-watch.ts';
import { sqlStateOf } from '../db/sql-state.ts';
import { fieldProblem } from './field-problems.ts';

export type RequestFault = {
  readonly status: number;
  /** As in refusals of `/api/v1`. */
  readonly code: string;
  /** A sentence of ours, never one of an engine or a library. */
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
  /** For pages that tell it in their own words. */
  readonly told?: Pick<ApiError['error'], 'reason' | 'values' | 'fields'> | undefined;
};

const BY_STATUS: ReadonlyMap<number, readonly [code: string, message: string]> = new Map([
  [400, ['bad-request', 'This request cannot be read. Check its address, its headers and its body.']],
  [403, ['forbidden', 'This is not allowed.']],
  [404, ['not-found', 'There is nothing at this address.']],
  [405, ['bad-request', 'This address does not take this method.']],
  [408, ['bad-request', 'The request took too long to arrive. Send it again.']],
  [411, ['bad-request', 'The length of the body is missing.']],
  [413, ['too-large', 'The body is larger than this address takes.']],
  [414, ['bad-request', 'The address is too long.']],
  [
    415,
    [
      'unsupported-type',
      'This address does not take bodies of this type. Send JSON, with Content-Type: application/json.',
    ],
  ],
  [416, ['bad-request', 'The file has no such range.']],
  [417, ['bad-request', 'This server meets no expectations of the Expect header.']],
  [431, ['bad-request', 'The headers are too large.']],
]);

const BY_LIBRARY_CODE: ReadonlyMap<string, string> = new Map([
  ['FST_ERR_CTP_INVALID_JSON_BODY', 'The body is no JSON.'],
  ['FST_ERR_CTP_EMPTY_JSON_BODY', 'The body is empty. Send a JSON object, or leave the Content-Type out.'],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'The body is not as long as its Content-Length says.'],
]);

/** What the database refuses of values that came with the request, by SQLSTATE. */
const BY_SQL_STATE: ReadonlyMap<string, readonly [status: number, code: string, message: string]> = new Map([
  ['22021', [400, 'bad-request', 'A text holds a NUL character. Remove it.']],
  ['22P05', [400, 'bad-request', 'A text holds a NUL character. Remove it.']],
  ['22003', [400, 'bad-request', 'A number is too large.']],
  ['22008', [400, 'bad-request', 'A date is out of range.']],
  ['22007', [400, 'bad-request', 'A date cannot be read.']],
  ['23503', [404, 'not-found', 'What this belongs to has been deleted meanwhile.']],
]);

/** What the database could not do now, by SQLSTATE: nothing was changed, and the same request may succeed soon. */
const BUSY_SQL_STATES: ReadonlyMap<string, string> = new Map([
  ['57014', 'The database took too long. Ask for less at a time, or try again in a moment.'],
  ['57P01', 'The database was interrupted. Try again in a moment.'],
  ['57P03', 'The database is starting. Try again in a moment.'],
  ['40P01', 'Others changed the same at the same time. Try again.'],
  ['40001', 'Others changed the same at the same time. Try again.'],
  ['53300', 'The database is busy. Try again in a moment.'],
]);
const RETRY_AFTER_SECONDS = 5;

/** What is wrong with the request, or the server's want of room or time; null when something failed. */
export function requestFault(error: unknown): RequestFault | null {
  if (error instanceof ControlError) {
    const { statusCode: status, code, message, retryAfterSeconds } = error;
    return { status, code, message, retryAfterSeconds, told: toldOf(error) };
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const faults = error.validation.map((fault) => `${fault.instancePath.slice(1) || 'request'}: ${fault.message}`);
    const told = { fields: error.validation.map(fieldProblem) };
    return { status: 400, code: 'bad-request', message: faults.join('; '), told };
  }
  const full = isDiskFull(error) ? diskFull() : null;
  if (full !== null) return requestFault(full);
  const busy = BUSY_SQL_STATES.get(sqlStateOf(error) ?? '');
  if (busy !== undefined) {
    const told = { reason: 'busy' } as const;
    return { status: 503, code: 'overloaded', message: busy, retryAfterSeconds: RETRY_AFTER_SECONDS, told };
  }
  const known = BY_SQL_STATE.get(sqlStateOf(error) ?? '');
  if (known !== undefined) return { status: known[0], code: known[1], message: known[2] };
  const { statusCode, code: libraryCode } = error as { statusCode?: unknown; code?: unknown };
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return null;
  return faultOfStatus(statusCode, typeof libraryCode === 'string' ? libraryCode : undefined);
}

function toldOf({ told, message }: ControlError): RequestFault['told'] {
  if (told === null) return {};
  const { reason, values, field } = told;
  return {
    reason,
    ...(values === undefined ? {} : { values }),
    ...(field === undefined ? {} : { fields: [{ path: field, code: reason, message }] }),
  };
}

/** `libraryCode` tells more about some of them, like `FST_ERR_CTP_INVALID_JSON_BODY`. */
export function faultOfStatus(status: number, libraryCode?: string): RequestFault {
  const [code, message] = BY_STATUS.get(status) ?? ['bad-request', 'This request is refused.'];
  return { status, code, message: BY_LIBRARY_CODE.get(libraryCode ?? '') ?? message };
}
