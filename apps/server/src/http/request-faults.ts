import { REFUSALS, type Refusal } from '@visavis/protocol';
import type { ApiError } from '@visavis/protocol/rest';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { ControlError, refusal } from '../control/control-error.ts';
import { diskFull, isDiskFull } from '../control/disk/disk-watch.ts';
import { sqlStateOf } from '../db/sql-state.ts';
import { BlobStoreError } from '../files/blob-store.ts';
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
  [408, ['bad-request', REFUSALS['body-late']]],
  [411, ['bad-request', 'The length of the body is missing.']],
  [413, ['too-large', REFUSALS['body-too-large']]],
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

/** Of those that a page of the console can meet. */
const REASON_OF_STATUS: ReadonlyMap<number, Refusal> = new Map([
  [408, 'body-late'],
  [413, 'body-too-large'],
]);

const BY_LIBRARY_CODE: ReadonlyMap<string, string> = new Map([
  ['FST_ERR_CTP_INVALID_JSON_BODY', 'The body is no JSON.'],
  ['FST_ERR_CTP_EMPTY_JSON_BODY', 'The body is empty. Send a JSON object, or leave the Content-Type out.'],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'The body is not as long as its Content-Length says.'],
]);

/** What the database refuses of values that came with the request, by SQLSTATE. */
const BY_SQL_STATE: ReadonlyMap<string, Refusal> = new Map([
  ['22021', 'nul-character'],
  ['22P05', 'nul-character'],
  ['22003', 'number-too-large'],
  ['22008', 'date-out-of-range'],
  ['22007', 'date-unreadable'],
]);
/** A row that another one needs is gone. */
const ORPHANED = '23503';

/** What the database could not do now, by SQLSTATE: nothing was changed, and the same request may succeed soon. */
const BUSY_SQL_STATES: ReadonlyMap<string, Refusal> = new Map([
  ['57014', 'database-late'],
  ['57P01', 'database-interrupted'],
  ['57P03', 'database-starting'],
  ['40P01', 'changed-at-once'],
  ['40001', 'changed-at-once'],
  ['53300', 'database-busy'],
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
  if (error instanceof BlobStoreError) {
    return requestFault(refusal('overloaded', 'store-silent', { retryAfterSeconds: RETRY_AFTER_SECONDS }));
  }
  const full = isDiskFull(error) ? diskFull() : null;
  if (full !== null) return requestFault(full);
  const refused = refusedByDatabase(sqlStateOf(error) ?? '');
  if (refused !== null) return requestFault(refused);
  const { statusCode, code: libraryCode } = error as { statusCode?: unknown; code?: unknown };
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return null;
  return faultOfStatus(statusCode, typeof libraryCode === 'string' ? libraryCode : undefined);
}

function refusedByDatabase(sqlState: string): ControlError | null {
  const busy = BUSY_SQL_STATES.get(sqlState);
  if (busy !== undefined) return refusal('overloaded', busy, { retryAfterSeconds: RETRY_AFTER_SECONDS });
  if (sqlState === ORPHANED) return refusal('not-found', 'deleted-meanwhile');
  const wrong = BY_SQL_STATE.get(sqlState);
  return wrong === undefined ? null : refusal('bad-request', wrong);
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
  const reason = REASON_OF_STATUS.get(status);
  const told = reason === undefined ? {} : { told: { reason } };
  return { status, code, message: BY_LIBRARY_CODE.get(libraryCode ?? '') ?? message, ...told };
}
