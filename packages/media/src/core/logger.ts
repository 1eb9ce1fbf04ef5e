/** Fixed message, values as fields. Anything a person said or wrote goes under a field named `pii`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Info once per step of a call's life, warn for trouble that was handled, error for the user's loss, debug for the rest. */
export type Logger = {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
};

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
