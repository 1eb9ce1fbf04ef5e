/** `1 minute`, `2 minutes`: a count with its English word; it may already be written as text. */
export function counted(count: number | string, one: string, many: string): string {
  return `${count} ${String(count) === '1' ? one : many}`;
}
