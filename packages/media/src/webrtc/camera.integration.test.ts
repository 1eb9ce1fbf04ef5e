import { afterEach, expect, it } from 'vitest';
import { MediaStreamTrack, RTCPeerConnection, RtpHeader, RtpPacket, useH264, useOPUS, useVP8 } from 'werift';
import { CallLink, type CallLinkEvent } from '../call-link.ts';
import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/logger.ts';
import type { CameraSink } from './peer.ts';
import { waitUntil } from './testing/wait-until.ts';

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Seen = { readonly agreed: [number, string][][]; readonly payloads: string[]; wantsKeyFrame: boolean };

/** A client of its own stack, and our end of the call, which offers or answers. */
function open({
  connection = 'answer',
  takesCamera = true,
}: {
  connection?: 'offer' | 'answer';
  takesCamera?: boolean;
}) {
  const events: CallLinkEvent[] = [];
  const seen: Seen = { agreed: [], payloads: [], wantsKeyFrame: false };
  const camera: CameraSink = {
    agree: (codecs) => void seen.agreed.push([...codecs]),
    push({ payload }) {
      seen.payloads.push(payload.toString());
      return seen.wantsKeyFrame;
    },
  };
  const link = new CallLink({
    config: { sessionId: 's', iceServers: [], connection },
    resources: {
      clock: systemClock,
      network: { bindAddress: '127.0.0.1', portRange: { begin: 20_700, end: 20_799 }, publicAddresses: [] },
    },
    logger: silentLogger,
    listener: (event) => void events.push(event),
    onKeyFrameRequest: () => {},
    onTargetBitrate: () => {},
    onAgreed: async () => {},
    onSound: () => {},
    ...(takesCamera ? { camera } : {}),
  });
  const client = new RTCPeerConnection({
    codecs: { audio: [useOPUS()], video: [useVP8(), useH264()] },
    iceServers: [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
    icePortRange: [20_800, 20_899],
  });
  closers.push(
    () => link.close(),
    () => client.close(),
  );
  const described = () => events.flatMap((event) => (event.type === 'local-description' ? [event.description] : []));
  const offerAll = async (): Promise<string> => {
    const before = described().length;
    await client.setLocalDescription(await client.createOffer());
    await link.setRemoteDescription({ type: 'offer', sdp: client.localDescription?.sdp ?? '' });
    const [answer] = described().slice(before);
    await client.setRemoteDescription(answer!);
    return answer!.sdp;
  };
  const connected = () =>
    waitUntil(() => events.some((event) => event.type === 'media' && event.state === 'connected'));
  return { link, client, seen, described, offerAll, connected };
}

function addCamera(client: RTCPeerConnection, direction: 'sendonly' | 'sendrecv' = 'sendonly') {
  const track = new MediaStreamTrack({ kind: 'video' });
  const transceiver = client.addTransceiver(track, { direction });
  const asked: number[] = [];
  transceiver.sender.onPictureLossIndication.subscribe(() => void asked.push(performance.now()));
  const send = (count: number, text = 'part') => {
    const header = new RtpHeader({ sequenceNumber: count, timestamp: count * 3_000, payloadType: 96, marker: true });
    track.writeRtp(new RtpPacket(header, Buffer.from(`${text} ${count}`)));
  };
  return { send, asked, transceiver };
}

const section = (sdp: string, index: number) => sdp.split(/^(?=m=)/m)[index + 1] ?? '';

it('takes the camera of an offer in a section of its own, for VP8 and H.264 alone, and asks it for key frames', async () => {
  const { client, seen, offerAll, connected } = open({});
  client.addTransceiver('audio', { direction: 'sendrecv' });
  const { send, asked } = addCamera(client);
  const answer = await offerAll();
  expect(section(answer, 1)).toMatch(/^m=video [1-9]/);
  expect(section(answer, 1)).toContain('a=recvonly');
  expect(section(answer, 1).match(/a=rtpmap:\d+ (?!VP8|H264)/g)).toBeNull();
  expect(section(answer, 1)).not.toMatch(/a=extmap|transport-cc/);
  expect(
    seen.agreed
      .at(-1)
      ?.map(([, codec]) => codec)
      .sort(),
  ).toEqual(['h264', 'vp8']);
  await connected();
  let count = 0;
  await waitUntil(() => {
    count += 1;
    send(count);
    return seen.payloads.length >= 3;
  });
  expect(seen.payloads[0]).toMatch(/^part \d+$/);
  expect(asked).toEqual([]);
  seen.wantsKeyFrame = true;
  await waitUntil(() => {
    count += 1;
    send(count);
    return asked.length > 0;
  });
});

it('takes the camera by the section that shows our picture', async () => {
  const { client, seen, offerAll, connected } = open({});
  client.addTransceiver('audio', { direction: 'sendrecv' });
  const { send } = addCamera(client, 'sendrecv');
  expect(section(await offerAll(), 1)).toContain('a=sendrecv');
  await connected();
  let count = 0;
  await waitUntil(() => {
    count += 1;
    send(count);
    return seen.payloads.length >= 3;
  });
});

it('answers a camera as inactive where nobody sees, and looks at nothing of it', async () => {
  const { client, seen, offerAll, connected } = open({ takesCamera: false });
  client.addTransceiver('audio', { direction: 'sendrecv' });
  addCamera(client);
  expect(section(await offerAll(), 1)).toContain('a=inactive');
  await connected();
  expect(seen).toMatchObject({ agreed: [], payloads: [] });
});

it('takes one camera of many, and refuses an offer of too many sections', async () => {
  const { client, seen, offerAll, connected, link } = open({});
  client.addTransceiver('audio', { direction: 'sendrecv' });
  const cameras = Array.from({ length: 8 }, () => addCamera(client));
  const answer = await offerAll();
  const directions = [1, 2, 3, 4, 5, 6, 7, 8].map((index) => /a=(recvonly|inactive)/.exec(section(answer, index))?.[1]);
  expect(directions).toEqual(['recvonly', ...Array.from({ length: 7 }, () => 'inactive')]);
  await connected();
  let count = 0;
  await waitUntil(() => {
    count += 1;
    for (const [index, { send }] of cameras.entries()) send(count, `camera ${index}`);
    return seen.payloads.length >= 5;
  });
  expect(seen.payloads.every((payload) => payload.startsWith('camera 0 '))).toBe(true);
  const sdp = `${client.localDescription?.sdp ?? ''}${'m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendonly\r\n'.repeat(40)}`;
  await expect(link.setRemoteDescription({ type: 'offer', sdp })).rejects.toThrow('too many sections');
});

it('takes a camera by a late section, too, after those before have gone', async () => {
  const { client, seen, offerAll, connected } = open({});
  client.addTransceiver('audio', { direction: 'sendrecv' });
  const cameras = Array.from({ length: 8 }, () => addCamera(client));
  await offerAll();
  await connected();
  for (const { transceiver } of cameras.slice(0, 7)) transceiver.setDirection('inactive');
  expect(section(await offerAll(), 8)).toContain('a=recvonly');
  let count = 0;
  await waitUntil(() => {
    count += 1;
    cameras[7]?.send(count, 'late');
    return seen.payloads.filter((payload) => payload.startsWith('late')).length >= 3;
  });
});

it('offers to take a camera by the section of its own picture, where somebody sees', async () => {
  const [seeing, blind] = [open({ connection: 'offer' }), open({ connection: 'offer', takesCamera: false })];
  await Promise.all([seeing.link.offer(), blind.link.offer()]);
  expect(section(seeing.described()[0]!.sdp, 1)).toContain('a=sendrecv');
  expect(section(blind.described()[0]!.sdp, 1)).toContain('a=sendonly');
});

it('is told when the camera of a call is taken off, and on again', async () => {
  const { client, seen, offerAll, connected } = open({});
  client.addTransceiver('audio', { direction: 'sendrecv' });
  const transceiver = client.addTransceiver(new MediaStreamTrack({ kind: 'video' }), { direction: 'sendonly' });
  await offerAll();
  await connected();
  transceiver.setDirection('inactive');
  expect(section(await offerAll(), 1)).toContain('a=inactive');
  expect(seen.agreed.at(-1)).toEqual([]);
  transceiver.setDirection('sendonly');
  expect(section(await offerAll(), 1)).toContain('a=recvonly');
  expect(seen.agreed.at(-1)).toHaveLength(2);
});
