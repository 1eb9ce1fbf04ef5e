/**
 * Receives the payloads of one coded picture in sending order. A payload is the first `prefixByteLength` bytes of
 * `prefix` followed by `data[start, end)`. Both arrays are reused: copy before returning.
 */
export type FragmentSink = (
  prefix: Uint8Array,
  prefixByteLength: number,
  data: Uint8Array,
  start: number,
  end: number,
  isLast: boolean,
) => void;

/** Number of equal pieces so that none is larger than `maxByteLength`. */
export function pieceCount(byteLength: number, maxByteLength: number): number {
  return Math.max(1, Math.ceil(byteLength / maxByteLength));
}
