/** No message of a service is longer: seconds of sound in base64. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** The lines of an answer whose parts end anywhere, without their ends. Throws where one is far too long. */
export async function* readLines(parts: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let length = 0;
  for await (const part of parts) {
    const [first = '', ...others] = decoder.decode(part, { stream: true }).split('\n');
    pieces.push(first);
    length += first.length;
    for (const next of others) {
      yield pieces.join('');
      pieces = [next];
      length = next.length;
    }
    if (length > MAX_LINE_BYTES) throw new Error('One of its messages is far too long.');
  }
  if (length > 0) yield pieces.join('');
}
