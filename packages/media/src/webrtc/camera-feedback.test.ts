import { expect, it } from 'vitest';
import { CameraFeedback } from './camera-feedback.ts';
import { parseRtcp, type ReportBlock } from './rtcp-parser.ts';

function read(packet: Buffer) {
  const told: { blocks: ReportBlock[]; asked: number[]; kbps: number[] } = { blocks: [], asked: [], kbps: [] };
  parseRtcp(packet, {
    reportBlock: (block) => told.blocks.push(block),
    nack: () => {},
    pictureLoss: (ssrc) => told.asked.push(ssrc),
    fullIntraRequest: () => {},
    receiverEstimate: (kbps) => told.kbps.push(kbps),
    transportFeedback: () => {},
  });
  return told;
}

it('asks for a key frame, tells how many packets were lost since it last did, and how much may be sent', () => {
  const feedback = new CameraFeedback(5);
  for (const sequence of [65_534, 65_535, 1, 2]) feedback.note({ ssrc: 9, sequence });
  const { blocks, asked, kbps } = read(feedback.request());
  expect(asked).toEqual([9]);
  expect(kbps).toEqual([800]);
  expect(blocks).toEqual([
    expect.objectContaining({ ssrc: 9, packetsLost: 1, fractionLost: Math.floor(256 / 5) / 256 }),
  ]);
  feedback.note({ ssrc: 9, sequence: 3 });
  expect(read(feedback.request()).blocks[0]).toMatchObject({ packetsLost: 1, fractionLost: 0 });
});

it('counts anew for another sender', () => {
  const feedback = new CameraFeedback(5);
  for (const sequence of [1, 500]) feedback.note({ ssrc: 9, sequence });
  feedback.note({ ssrc: 10, sequence: 7 });
  expect(read(feedback.request()).blocks[0]).toMatchObject({ ssrc: 10, packetsLost: 0, fractionLost: 0 });
});
