import type { LogFields, Logger } from '../core/logger.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

/** One JSON line per record on standard output, in the shape that the server's own log has. */
export function createConsoleLogger(level: Level): Logger {
  const least = LEVELS.indexOf(level);
  const log = (recordLevel: Level) => (fields: LogFields, message: string) => {
    if (LEVELS.indexOf(recordLevel) < least) return;
    const record = { level: recordLevel, time: new Date().toISOString(), pid: process.pid, ...fields, msg: message };
    process.stdout.write(`${JSON.stringify(record)}\n`);
  };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}
