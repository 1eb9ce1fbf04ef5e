/** A body to be read: JSON with its parts on lines of their own, where it is whole; as it is else. */
export function bodyText(body: string, wholeLength: number): string {
  if (body.length < wholeLength) return body;
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
