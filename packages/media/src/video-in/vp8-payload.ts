const EXTENDED = 0x80;
const START_OF_PARTITION = 0x10;
const PARTITION_MASK = 0x07;
const HAS_PICTURE_ID = 0x80;
const HAS_LEVEL_INDEX = 0x40;
const HAS_LAYER_OR_KEY_INDEX = 0x30;
const LONG_PICTURE_ID = 0x80;
/** The first bit of a frame (RFC 6386, 9.1). */
const INTER_FRAME = 0x01;

/** Of a payload of VP8 (RFC 7741, 4.2), what follows its descriptor; null where there is nothing. */
function vp8Part(payload: Buffer): Buffer | null {
  let at = 1;
  if (((payload[0] ?? 0) & EXTENDED) !== 0) {
    const extensions = payload[at] ?? 0;
    at += 1;
    if ((extensions & HAS_PICTURE_ID) !== 0) at += ((payload[at] ?? 0) & LONG_PICTURE_ID) === 0 ? 1 : 2;
    if ((extensions & HAS_LEVEL_INDEX) !== 0) at += 1;
    if ((extensions & HAS_LAYER_OR_KEY_INDEX) !== 0) at += 1;
  }
  return at < payload.length ? payload.subarray(at) : null;
}

/** Whether a key frame begins with this payload. */
export function beginsVp8KeyFrame(payload: Buffer): boolean {
  const first = payload[0] ?? 0;
  if ((first & START_OF_PARTITION) === 0 || (first & PARTITION_MASK) !== 0) return false;
  const part = vp8Part(payload);
  return part !== null && ((part[0] ?? INTER_FRAME) & INTER_FRAME) === 0;
}

/** The frame of these payloads, in order; null when one of them is none of VP8. */
export function joinVp8(payloads: readonly Buffer[]): Buffer | null {
  const parts: Buffer[] = [];
  for (const payload of payloads) {
    const part = vp8Part(payload);
    if (part === null) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
