import { type Logger as PinoLogger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config.ts';

/** Fields that must never be written, wherever they are. */
const SECRET_FIELDS = ['license', 'licence', 'key', 'apikey', 'credential', 'password', 'authorization', 'masterKey'];

/** Logs to standard output: one readable line on a terminal, else JSON lines. */
export function createServerLog(config: Pick<Config, 'logLevel' | 'logFormat'>): PinoLogger {
  const isPretty = config.logFormat === 'pretty' || (config.logFormat === 'auto' && process.stdout.isTTY === true);
  const options = {
    level: config.logLevel,
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '…' },
  };
  if (!isPretty) return pino(options);
  return pino(options, pretty({ sync: true, singleLine: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' }));
}
