declare module 'pg/lib/utils.js' {
  /** The text or bytes that `pg` sends for a JavaScript value. */
  export function prepareValue(value: unknown): string | Buffer | null | undefined;
}
