/** Built-in avatars are named with a prefix for programs, which people need not read. */
export function shownName(name: string): string {
  const short = name.replace(/^navtalk\./, '');
  return short.slice(0, 1).toUpperCase() + short.slice(1);
}
