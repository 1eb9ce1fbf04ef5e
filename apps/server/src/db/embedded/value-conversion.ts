import pg from 'pg';
import { prepareValue } from 'pg/lib/utils.js';
import type { TextValue, ThreadError, ThreadResult } from './thread-messages.ts';

/** A parameter as `pg` would send it, always as text. */
export function toTextValue(value: unknown): TextValue {
  const prepared = prepareValue(value);
  if (prepared === null || prepared === undefined) return null;
  if (Buffer.isBuffer(prepared)) return `\\x${prepared.toString('hex')}`;
  return String(prepared);
}

type TypeParsers = { getTypeParser(dataTypeId: number, format: 'text'): (text: string) => unknown };

/** The result object of `pg`, its values made by `pg`'s type parsers or those given with the query. */
export function toQueryResult(
  result: ThreadResult,
  { types, rowMode }: { types?: unknown; rowMode?: string | undefined },
): pg.QueryResult | pg.QueryArrayResult {
  const parsers = (types ?? pg.types) as TypeParsers;
  const fields = result.fields.map(({ name, dataTypeID }) => ({
    name,
    dataTypeID,
    tableID: 0,
    columnID: 0,
    dataTypeSize: -1,
    dataTypeModifier: -1,
    format: 'text',
  }));
  const parserOf = fields.map(({ dataTypeID }) => parsers.getTypeParser(dataTypeID, 'text'));
  const parse = (text: TextValue, column: number): unknown => (text === null ? null : parserOf[column]?.(text));
  const rows =
    rowMode === 'array'
      ? result.rows.map((row) => row.map(parse))
      : result.rows.map((row) =>
          Object.fromEntries(row.map((text, column) => [fields[column]?.name, parse(text, column)])),
        );
  return { command: result.command, rowCount: result.rowCount, oid: 0, fields, rows } as pg.QueryResult;
}

export function toDatabaseError(fields: ThreadError): pg.DatabaseError {
  const error = new pg.DatabaseError(fields.message, fields.message.length, 'error');
  const { message: _message, ...rest } = fields;
  return Object.assign(error, rest);
}
