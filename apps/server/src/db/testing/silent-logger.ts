import type { DatabaseLogger } from '../logger.ts';

export const silent: DatabaseLogger = { debug() {}, info() {}, warn() {}, error() {} };
