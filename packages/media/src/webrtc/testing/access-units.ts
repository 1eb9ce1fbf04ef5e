import { H264RtpPayload, type RtpPacket, Vp8RtpPayload } from 'werift';
import type { VideoCodec } from '../encoded-frame.ts';

export type ReceivedPicture = { readonly timestamp: number; readonly data: Buffer; readonly isKeyFrame: boolean };

/** Puts received packets together again with a depacketiser that is not ours. Incomplete pictures are left out. */
export function assemblePictures(packets: readonly RtpPacket[], codec: VideoCodec): ReceivedPicture[] {
  const ordered = [...new Map(packets.map((packet) => [packet.header.sequenceNumber, packet])).values()];
  const byTimestamp = new Map<number, RtpPacket[]>();
  for (const packet of ordered) {
    const group = byTimestamp.get(packet.header.timestamp) ?? [];
    group.push(packet);
    byTimestamp.set(packet.header.timestamp, group);
  }
  return [...byTimestamp.entries()].flatMap(([timestamp, group]) => {
    group.sort((a, b) => ((a.header.sequenceNumber - b.header.sequenceNumber) << 16) >> 16);
    const first = group[0]?.header.sequenceNumber ?? 0;
    const isWhole = group.every((packet, index) => packet.header.sequenceNumber === ((first + index) & 0xffff));
    if (!isWhole || group.at(-1)?.header.marker !== true) return [];
    return [codec === 'vp8' ? assembleVp8(timestamp, group) : assembleH264(timestamp, group)];
  });
}

function assembleVp8(timestamp: number, group: readonly RtpPacket[]): ReceivedPicture {
  const parts = group.map((packet) => Vp8RtpPayload.deSerialize(packet.payload));
  const isKeyFrame = parts[0]?.isKeyframe ?? false;
  return { timestamp, isKeyFrame, data: Buffer.concat(parts.map((part) => part.payload)) };
}

function assembleH264(timestamp: number, group: readonly RtpPacket[]): ReceivedPicture {
  let fragment: Buffer | undefined;
  let isKeyFrame = false;
  const units: Buffer[] = [];
  for (const packet of group) {
    const part = H264RtpPayload.deSerialize(packet.payload, fragment);
    fragment = part.fragment;
    isKeyFrame ||= part.isKeyframe;
    if (part.payload !== undefined) units.push(part.payload);
  }
  return { timestamp, isKeyFrame, data: Buffer.concat(units) };
}
