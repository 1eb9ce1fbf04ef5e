import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, type Results } from '@electric-sql/pglite';
import { errorMessage } from '../../error-message.ts';
import { durableStartParams } from './durable-start.ts';
import { FsyncFileSystem, flushPath } from './fsync-file-system.ts';
import { selfTest } from './self-test.ts';
import type { ThreadError, ThreadReply, ThreadRequest, ThreadResult, ThreadStart } from './thread-messages.ts';

/**
 * The thread that owns the embedded database. Awaited PGlite calls resolve without ever returning to the event loop, so
 * in the main thread a run of quick queries would hold up every timer and socket.
 */

const port = parentPort;
if (!port) throw new Error('database-thread runs as a worker thread');
const start = workerData as ThreadStart;

function reply(message: ThreadReply): void {
  port?.postMessage(message);
}

async function initialise(databasePath: string): Promise<void> {
  const engine = await PGlite.create({ fs: new FsyncFileSystem(databasePath), startParams: durableStartParams });
  await engine.close();
  flushTree(databasePath);
}

function flushTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) flushTree(path);
    else if (entry.isFile()) flushPath(path);
  }
  flushPath(folder);
}

function toThreadResult(result: Results): ThreadResult {
  const { command, rowCount } = result as Results & { command?: string; rowCount?: number | null };
  return {
    command: command ?? '',
    rowCount: rowCount ?? null,
    fields: result.fields.map(({ name, dataTypeID }) => ({ name, dataTypeID })),
    rows: result.rows as unknown as ThreadResult['rows'],
  };
}

function toThreadError(error: unknown): ThreadError {
  if (!(error instanceof Error)) return { message: String(error) };
  const fields = error as Error & ThreadError;
  return {
    message: error.message,
    code: fields.code,
    severity: fields.severity,
    detail: fields.detail,
    hint: fields.hint,
    position: fields.position,
    where: fields.where,
    schema: fields.schema,
    table: fields.table,
    column: fields.column,
    dataType: fields.dataType,
    constraint: fields.constraint,
  };
}

/** What the engine says of a failed start, it writes to its log; what it throws tells nothing. */
async function startEngine(databasePath: string, fs: FsyncFileSystem): Promise<PGlite> {
  let lastWords = '';
  const onStderr = (text: string): boolean => {
    lastWords = /\b(?:FATAL|PANIC|LOG|ERROR):\s+(.*)/.exec(text)?.[1] ?? lastWords;
    return true;
  };
  try {
    return await PGlite.create({ fs, startParams: durableStartParams, onStderr });
  } catch (error) {
    rmSync(join(databasePath, 'postmaster.pid'), { force: true });
    throw lastWords === '' ? error : new Error(lastWords, { cause: error });
  }
}

async function serve(databasePath: string): Promise<void> {
  // The engine's own lock, which `lock.json` replaces. A process that dies between making it and filling it leaves it empty,
  // and an engine that finds it so refuses to start for ever.
  rmSync(join(databasePath, 'postmaster.pid'), { force: true });
  const fileSystem = new FsyncFileSystem(databasePath);
  const engine = await startEngine(databasePath, fileSystem);
  await selfTest(engine, fileSystem);

  // Text in, text out: the main thread applies the type parsers of `pg`, so that both databases give equal values.
  const asText = (value: string): string => value;
  const textOf = (types: Record<string, unknown>) =>
    Object.fromEntries(Object.keys(types).map((type) => [type, asText]));
  const options = {
    rowMode: 'array' as const,
    parsers: textOf(engine.parsers),
    serializers: textOf(engine.serializers),
  };

  const answer = async (request: ThreadRequest): Promise<readonly ThreadResult[]> => {
    if (request.kind === 'rollback') return (await engine.exec('rollback', options)).map(toThreadResult);
    if (request.kind === 'close') {
      await engine.close();
      return [];
    }
    if (request.values === null) return (await engine.exec(request.text, options)).map(toThreadResult);
    return [toThreadResult(await engine.query(request.text, [...request.values], options))];
  };

  port?.on('message', async (request: ThreadRequest) => {
    const { id } = request;
    const inTransaction = () => request.kind !== 'close' && engine.isInTransaction();
    try {
      reply({ kind: 'result', id, results: await answer(request), inTransaction: inTransaction() });
    } catch (error) {
      reply({ kind: 'error', id, error: toThreadError(error), inTransaction: inTransaction() });
    }
    if (request.kind === 'close') port?.close();
  });
}

try {
  if (start.task === 'initialise') await initialise(start.databasePath);
  else await serve(start.databasePath);
  reply({ kind: 'ready' });
  if (start.task === 'initialise') port.close();
} catch (error) {
  reply({ kind: 'failed', message: errorMessage(error) });
  port.close();
}
