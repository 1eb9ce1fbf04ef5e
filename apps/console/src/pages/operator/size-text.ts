const megabyte = 1_000_000;
const gigabyte = 1_000_000_000;

/** A size as people read it: `8.7 MB`, `107 MB`, `1.8 GB`. */
export function sizeText(bytes: number, number: (value: number, digits?: number) => string): string {
  if (bytes >= gigabyte) return `${number(bytes / gigabyte, 1)} GB`;
  return `${number(bytes / megabyte, bytes < 10 * megabyte ? 1 : 0)} MB`;
}
