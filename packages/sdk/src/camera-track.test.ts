import { buildDescription } from '@visavis/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { bringUp, makeCall, settle } from './testing.ts';

const camera = (id: string) => {
  const track = { id };
  return { track, stream: { getVideoTracks: () => [track] } as unknown as MediaStream };
};
const offerOf = (direction: 'sendrecv' | 'sendonly') =>
  buildDescription({ type: 'offer', sdp: `v=0\r\nm=audio 9\r\na=sendonly\r\nm=video 9\r\na=${direction}\r\n` });

async function begin({ before = () => {} }: { before?: (call: ReturnType<typeof makeCall>['call']) => void } = {}) {
  const { call, world } = makeCall();
  before(call);
  call.connect();
  await bringUp(world);
  const receive = async (direction: 'sendrecv' | 'sendonly') => {
    world.socket.receive(offerOf(direction));
    await settle();
    return world.peer.picture;
  };
  return { call, world, receive };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('sends the camera by the section of the picture, changes it and ends it without another offer', async () => {
  const [front, back] = [camera('front'), camera('back')];
  const { call, receive } = await begin({ before: (idle) => idle.sendCamera(front.stream) });
  const picture = await receive('sendrecv');
  expect(picture).toMatchObject({ direction: 'sendrecv', sender: { track: front.track } });
  call.sendCamera(back.stream);
  expect(picture.sender.track).toBe(back.track);
  call.sendCamera(null);
  expect(picture.sender.track).toBeNull();
});

it('sends it again by a connection that takes the place of the first', async () => {
  const { stream, track } = camera('front');
  const { call, world, receive } = await begin();
  const first = await receive('sendrecv');
  call.sendCamera(stream);
  const second = await receive('sendrecv');
  expect(second).not.toBe(first);
  expect([first.sender.track, second.sender.track]).toEqual([track, track]);
  expect(world.peers.length).toBeGreaterThan(1);
});

it('sends nothing to an avatar that does not see', async () => {
  const { receive } = await begin({ before: (idle) => idle.sendCamera(camera('front').stream) });
  expect(await receive('sendonly')).toMatchObject({ direction: 'recvonly', sender: { track: null } });
});
