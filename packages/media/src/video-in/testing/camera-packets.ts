import type { CameraCodec, VideoPacket } from '../video-packet.ts';

export const CAMERA_TYPES = { vp8: 96, h264: 102 } as const;
export const AGREED: ReadonlyMap<number, CameraCodec> = new Map([
  [CAMERA_TYPES.vp8, 'vp8'],
  [CAMERA_TYPES.h264, 'h264'],
]);
const PAYLOAD_BYTES = 1_100;
const START_CODE = Buffer.from([0, 0, 0, 1]);

/** A coded picture as a camera sends it. */
export function packetsOf(
  codec: CameraCodec,
  frame: Buffer,
  { timestamp = 3_000, firstSequence = 100, ssrc = 7 } = {},
): VideoPacket[] {
  const payloads = codec === 'vp8' ? vp8Payloads(frame) : unitsOf(frame).flatMap(h264Payloads);
  return payloads.map((payload, index) => ({
    payloadType: CAMERA_TYPES[codec],
    isMarked: index === payloads.length - 1,
    sequence: (firstSequence + index) & 0xffff,
    timestamp,
    ssrc,
    payload,
  }));
}

function pieces(bytes: Buffer): Buffer[] {
  const count = Math.ceil(bytes.length / PAYLOAD_BYTES);
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * PAYLOAD_BYTES, (index + 1) * PAYLOAD_BYTES),
  );
}

/** With a picture id of two bytes (RFC 7741). */
function vp8Payloads(frame: Buffer): Buffer[] {
  return pieces(frame).map((piece, index) =>
    Buffer.concat([Buffer.from([index === 0 ? 0x90 : 0x80, 0x80, 0x80, 0x05]), piece]),
  );
}

/** What stands between the start codes, which are four bytes long here. */
function unitsOf(accessUnit: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let at = accessUnit.indexOf(START_CODE); at >= 0; at = accessUnit.indexOf(START_CODE, at + 4)) starts.push(at);
  return starts.map((start, index) => accessUnit.subarray(start + 4, starts[index + 1]));
}

/** A single unit, or FU-A (RFC 6184). */
function h264Payloads(unit: Buffer): Buffer[] {
  if (unit.length <= PAYLOAD_BYTES) return [unit];
  const [header = 0] = unit;
  const bodies = pieces(unit.subarray(1));
  return bodies.map((body, index) => {
    const edge = (index === 0 ? 0x80 : 0) | (index === bodies.length - 1 ? 0x40 : 0);
    return Buffer.concat([Buffer.from([(header & 0xe0) | 28, edge | (header & 0x1f)]), body]);
  });
}

/** The beginning of a VP8 key frame of this size (RFC 6386, 9.1), and noise behind it. */
export function vp8Frame(byteLength: number, { isKeyFrame = true, widthPx = 640, heightPx = 360 } = {}): Buffer {
  const frame = Buffer.from(Array.from({ length: byteLength }, (_, at) => (at * 31 + 7) & 0xff));
  frame.set([isKeyFrame ? 0x10 : 0x11, 0, 0, 0x9d, 0x01, 0x2a]);
  frame.writeUInt16LE(widthPx, 6);
  frame.writeUInt16LE(heightPx, 8);
  return frame;
}

/** Sequence parameters of baseline pictures of this many macroblocks, as a NAL unit (ISO/IEC 14496-10, 7.3.2.1.1). */
export function sequenceParameters(columns: number, rows: number): Buffer {
  const count = (value: number) => {
    const code = (value + 1).toString(2);
    return '0'.repeat(code.length - 1) + code;
  };
  const bits = `${[0, 0, 2, 1].map(count).join('')}0${count(columns - 1)}${count(rows - 1)}11001`;
  const bytes = bits.match(/.{1,8}/g) ?? [];
  return Buffer.from([0x67, 66, 0xc0, 30, ...bytes.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2))]);
}

/** Sequence parameters of a picture of 640 by 368, picture parameters, and a key slice of this many bytes. */
export function h264Unit(sliceBytes: number): Buffer {
  const slice = Buffer.alloc(sliceBytes, 0xa5);
  slice[0] = 0x65;
  const units = [sequenceParameters(40, 23), Buffer.from([0x68, 0xce, 0x3c, 0x80]), slice];
  return Buffer.concat(units.flatMap((unit) => [START_CODE, unit]));
}
