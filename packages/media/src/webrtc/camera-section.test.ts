import { expect, it } from 'vitest';
import { readCamera } from './camera-section.ts';

function offerOf(...sections: readonly (readonly string[])[]): string {
  const media = sections.flatMap((attributes, index) => [
    'm=video 9 UDP/TLS/RTP/SAVPF 96',
    `a=mid:${index}`,
    'a=rtpmap:96 VP8/90000',
    ...attributes.map((attribute) => `a=${attribute}`),
  ]);
  return ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', ...media, ''].join('\r\n');
}

it.each([
  ['the only one that may send', [['sendrecv', 'msid:- idle']], '0'],
  ['one that does nothing else, behind one that may send some day', [['sendrecv', 'msid:- idle'], ['sendonly']], '1'],
  [
    'one that names a stream, behind one that waits for a track',
    [
      ['sendrecv', 'msid:- idle'],
      ['sendrecv', 'msid:camera a'],
    ],
    '1',
  ],
  [
    'the first of several cameras',
    [
      ['sendonly', 'msid:one a'],
      ['sendonly', 'msid:two b'],
    ],
    '0',
  ],
  ['none where nobody sends', [['recvonly'], ['inactive']], undefined],
] as const)('the camera of an offer is %s', (_, sections, mid) => {
  expect(readCamera(offerOf(...sections))?.mid).toBe(mid);
});
