import { expect, it } from 'vitest';
import { codedSize } from './coded-size.ts';
import { h264Unit, sequenceParameters, vp8Frame } from './testing/camera-packets.ts';

const unit = (hex: string) => Buffer.from(`00000001${hex.replaceAll(' ', '')}`, 'hex');

it('tells the size of a frame before it is decoded', () => {
  expect(codedSize({ codec: 'vp8', bytes: vp8Frame(100, { widthPx: 1_280, heightPx: 720 }) })).toEqual({
    widthPx: 1_280,
    heightPx: 720,
  });
  expect(codedSize({ codec: 'h264', bytes: h264Unit(20) })).toEqual({ widthPx: 640, heightPx: 368 });
});

it('tells the largest of several sizes, also of parameters that hide in a slice', () => {
  const hidden = Buffer.concat([h264Unit(20), Buffer.from([0, 0, 1]), sequenceParameters(900, 20)]);
  expect(codedSize({ codec: 'h264', bytes: hidden })).toEqual({ widthPx: 14_400, heightPx: 368 });
});

it.each([
  ['a frame of VP8 without its start code', 'vp8', Buffer.alloc(100)],
  ['a frame of VP8 of nine bytes', 'vp8', vp8Frame(100).subarray(0, 9)],
  ['a picture without parameters', 'h264', unit('65 888480')],
  ['a picture in a profile that may have more bits or colours', 'h264', unit('67 64001f acd9405005bb')],
  ['parameters that break off', 'h264', unit('67 42c01e')],
  ['parameters of nothing but zeros', 'h264', unit(`67 42c01e ${'00'.repeat(20)}`)],
] as const)('tells no size of %s', (_, codec, bytes) => {
  expect(codedSize({ codec, bytes: Buffer.from(bytes) })).toBeNull();
});
