import { expect, it, vi } from 'vitest';
import { VideoOutlet } from './video-outlet.ts';

class FakeVideo {
  srcObject: unknown = null;
  muted = true;
  gesture = false;

  async play(): Promise<void> {
    if (!this.muted && !this.gesture) throw Object.assign(new Error('gesture'), { name: 'NotAllowedError' });
  }
}

it('shows the face muted until a tap when the browser holds sound back', async () => {
  const onBlocked = vi.fn();
  const outlet = new VideoOutlet(onBlocked);
  const video = new FakeVideo();
  outlet.attach(video as unknown as HTMLVideoElement);
  outlet.setStream({} as MediaStream);
  await vi.waitFor(() => expect(onBlocked).toHaveBeenLastCalledWith(true));
  expect(video.muted).toBe(true);
  video.gesture = true;
  await outlet.unblock();
  expect(video.muted).toBe(false);
  expect(onBlocked).toHaveBeenLastCalledWith(false);
});

it('moves the stream to a new element', async () => {
  const outlet = new VideoOutlet(() => undefined);
  const [first, second] = [new FakeVideo(), new FakeVideo()];
  const stream = {} as MediaStream;
  outlet.setStream(stream);
  outlet.attach(first as unknown as HTMLVideoElement);
  outlet.attach(second as unknown as HTMLVideoElement);
  expect(first.srcObject).toBeNull();
  expect(second.srcObject).toBe(stream);
});
