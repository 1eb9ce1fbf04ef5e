import { expect, it, vi } from 'vitest';
import { VideoOutlet } from './video-outlet.ts';

class FakeVideo {
  srcObject: unknown = null;
  muted = true;
  gesture = false;
  paused = true;

  pause(): void {
    this.paused = true;
  }

  async play(): Promise<void> {
    if (!this.muted && !this.gesture) throw Object.assign(new Error('gesture'), { name: 'NotAllowedError' });
    this.paused = false;
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

it('holds the last picture of a lost call, and plays on where the system has paused it', async () => {
  const outlet = new VideoOutlet(() => undefined);
  const video = new FakeVideo();
  video.gesture = true;
  outlet.attach(video as unknown as HTMLVideoElement);
  const [before, after] = [{} as MediaStream, {} as MediaStream];
  outlet.setStream(before);
  video.pause();
  outlet.resume();
  await vi.waitFor(() => expect(video.paused).toBe(false));
  outlet.hold();
  outlet.resume();
  expect(video).toMatchObject({ paused: true, srcObject: before });
  outlet.setStream(after);
  await vi.waitFor(() => expect(video).toMatchObject({ paused: false, srcObject: after }));
});

it('plays no ended stream of a lost call, by a new element or a tap, and the next one in the new element', async () => {
  const outlet = new VideoOutlet(() => undefined);
  const [first, second] = [new FakeVideo(), new FakeVideo()];
  first.gesture = true;
  second.gesture = true;
  outlet.attach(first as unknown as HTMLVideoElement);
  outlet.setStream({} as MediaStream);
  await vi.waitFor(() => expect(first.paused).toBe(false));
  outlet.hold();
  await outlet.unblock();
  outlet.attach(first as unknown as HTMLVideoElement);
  expect(first.paused).toBe(true);
  outlet.attach(second as unknown as HTMLVideoElement);
  await outlet.unblock();
  expect(second).toMatchObject({ paused: true, srcObject: null });
  const after = {} as MediaStream;
  outlet.setStream(after);
  await vi.waitFor(() => expect(second).toMatchObject({ paused: false, muted: false, srcObject: after }));
});
