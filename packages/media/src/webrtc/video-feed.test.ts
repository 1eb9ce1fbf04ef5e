import { expect, test } from 'vitest';
import type { EncodedVideoFrame } from './encoded-frame.ts';
import type { EncodedLoop } from './idle-loop.ts';
import type { VideoEncoder } from './video-encoder.ts';
import { VideoFeed } from './video-feed.ts';

const FRAME_COUNT = 50;
const JOINT_EVERY = 10;
const LOOP_FRAME_BYTES = 2000;

type Shown = { index: number; isLive: boolean; isKeyFrame: boolean; mediaTimeMs: number };

function makeLoop(isCoded: (index: number) => boolean = () => true): EncodedLoop {
  const frames = Array.from({ length: FRAME_COUNT }, (_, index) => {
    const data = new Uint8Array(LOOP_FRAME_BYTES);
    data[0] = index;
    return { data, isKeyFrame: index % JOINT_EVERY === 0 };
  });
  return {
    codec: 'vp8',
    frameCount: FRAME_COUNT,
    jointEvery: JOINT_EVERY,
    bitrateKbps: (LOOP_FRAME_BYTES * 8) / 40,
    frameAt: (index) => (isCoded(index) ? frames[index] : undefined),
  };
}

/** Writes the index that it was shown into the coded frame; 9 marks a live one. */
class EncoderStandIn {
  readonly widthPx = 16;
  readonly heightPx = 16;
  isClosed = false;
  bitrates: number[] = [];

  encode(picture: { data: Uint8Array }, _mediaTimeMs: number, isKeyFrame: boolean): EncodedVideoFrame {
    return { data: Uint8Array.of(picture.data[0] ?? 0, 9), isKeyFrame };
  }

  setBitrate(kbps: number): void {
    this.bitrates.push(kbps);
  }

  close(): void {
    this.isClosed = true;
  }
}

function openFeed({ loopOffset = 0, isVideoReady = true, loop = makeLoop() as EncodedLoop | null } = {}) {
  const shown: Shown[] = [];
  const encoder = new EncoderStandIn();
  const state = { isVideoReady, videoBacklogMs: 0, opens: 0, openFails: false, failures: 0 };
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let mediaTimeMs = 0;
  const feed = new VideoFeed({
    sink: {
      get isVideoReady() {
        return state.isVideoReady;
      },
      get videoBacklogMs() {
        return state.videoBacklogMs;
      },
      sendVideo: (frame, atMs) =>
        shown.push({
          index: frame.data[0]!,
          isLive: frame.data[1] === 9,
          isKeyFrame: frame.isKeyFrame,
          mediaTimeMs: atMs,
        }),
    },
    loop,
    frameCount: FRAME_COUNT,
    loopOffset,
    openEncoder: async () => {
      state.opens += 1;
      await gate;
      if (state.openFails) throw new Error('no encoder');
      return encoder as unknown as VideoEncoder;
    },
    renderFrame: (index, _atMs, out) => {
      out.data[0] = index;
    },
    onEncoderFailure: () => {
      state.failures += 1;
    },
  });
  const tick = (count = 1) => {
    for (let done = 0; done < count; done += 1) {
      feed.tick(mediaTimeMs);
      mediaTimeMs += 40;
    }
    return shown.splice(0);
  };
  const encoderReady = async () => {
    feed.prepareLive();
    release();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { feed, tick, state, encoder, encoderReady };
}

const text = (frames: readonly Shown[]) =>
  frames.map((frame) => `${frame.index}${frame.isLive ? 'L' : ''}${frame.isKeyFrame ? 'K' : ''}`).join(' ');

test('idle pictures come from the loop, one per tick, round and round', () => {
  const { tick } = openFeed();
  const shown = tick(FRAME_COUNT + 2);
  expect(shown.map((frame) => frame.index)).toEqual([...Array(FRAME_COUNT).keys(), 0, 1]);
  expect(shown.some((frame) => frame.isLive)).toBe(false);
});

test('speech begins with a key frame at the present index and ends at a joint without a jump', async () => {
  const { feed, tick, encoderReady } = openFeed();
  tick(1);
  await encoderReady();
  tick(3);
  feed.setLive(true);
  expect(text(tick(3))).toBe('4LK 5L 6L');
  feed.setLive(false);
  expect(text(tick(5))).toBe('7L 8L 9L 10K 11');
});

test('a stretch of the loop that is not coded yet is shown live, and the loop joined when it is there', async () => {
  let codedTo = 10;
  const asked: number[] = [];
  const loop = makeLoop((index) => {
    asked.push(index);
    return index < codedTo;
  });
  const { feed, tick, encoderReady } = openFeed({ loop });
  tick(1);
  await encoderReady();
  expect(text(tick(11))).toBe('1 2 3 4 5 6 7 8 9 10LK 11L');
  codedTo = 30;
  expect(text(tick(9))).toBe('12L 13L 14L 15L 16L 17L 18L 19L 20K');
  feed.setLive(true);
  asked.length = 0;
  tick(4);
  expect(asked).toEqual([]);
  feed.setLive(false);
  tick(2);
  // It is the joint ahead that is asked for, not what lies before it.
  expect(asked).toEqual([30, 30]);
});

test('without an encoder the loop goes on after a gap with a key frame only', () => {
  let codedTo = 10;
  const { tick } = openFeed({ loop: makeLoop((index) => index < codedTo) });
  expect(text(tick(14)).split(' ')).toHaveLength(10);
  codedTo = FRAME_COUNT;
  expect(text(tick(9))).toBe('20K 21 22');
});

test('until the encoder is open the loop goes on', async () => {
  const { feed, tick, state, encoderReady } = openFeed();
  feed.setLive(true);
  expect(text(tick(3))).toBe('0K 1 2');
  await encoderReady();
  expect(text(tick(2))).toBe('3LK 4L');
  expect(state.opens).toBe(1);
});

test('a call that listens opens no encoder; one told beforehand of speech shows it from its first picture on', async () => {
  const { feed, tick, state, encoderReady } = openFeed();
  tick(2 * FRAME_COUNT);
  expect(state.opens).toBe(0);
  await encoderReady();
  feed.setLive(true);
  expect(text(tick(2))).toBe('0LK 1L');
  expect(state.opens).toBe(1);
});

test('an encoder is given up after half a minute of the loop, and opened anew for the next speech', async () => {
  const { feed, tick, state, encoder, encoderReady } = openFeed();
  feed.setLive(true);
  await encoderReady();
  tick(5);
  feed.setLive(false);
  // Live until the joint at 10.
  tick(5);
  tick(749);
  expect(encoder.isClosed).toBe(false);
  tick(1);
  expect(encoder.isClosed).toBe(true);
  feed.setLive(true);
  await encoderReady();
  expect(text(tick(2))).toBe('10LK 11L');
  expect(state.opens).toBe(2);
});

test('what is shown live opens the encoder by itself: a narrow path, a key frame, a stretch that is not coded', () => {
  const opensAfter = (cause: (parts: ReturnType<typeof openFeed>) => void): number => {
    const parts = openFeed({ loop: makeLoop((index) => index < 20) });
    parts.tick(1);
    expect(parts.state.opens).toBe(0);
    cause(parts);
    return parts.state.opens;
  };
  const narrow = ({ feed, tick }: ReturnType<typeof openFeed>) => {
    feed.setBitrate(100);
    tick(1);
  };
  expect(opensAfter(narrow)).toBe(1);
  expect(opensAfter(({ feed }) => feed.requestKeyFrame())).toBe(1);
  expect(opensAfter(({ tick }) => tick(19))).toBe(1);
  expect(opensAfter(({ tick }) => tick(18))).toBe(0);
});

test('a key frame asked for in the idle loop is served by the next tick, one asked for while live at once', async () => {
  const { feed, tick, encoderReady } = openFeed();
  tick(1);
  await encoderReady();
  tick(2);
  feed.requestKeyFrame();
  expect(text(tick(9))).toBe('3LK 4L 5L 6L 7L 8L 9L 10K 11');
  feed.setLive(true);
  tick(3);
  feed.requestKeyFrame();
  expect(text(tick(2))).toBe('15LK 16L');
});

test('a key frame asked for just before a joint costs no encoding', async () => {
  const { feed, tick, encoderReady } = openFeed();
  tick(1);
  await encoderReady();
  tick(9);
  feed.requestKeyFrame();
  expect(text(tick(2))).toBe('10K 11');
});

test('nothing is sent before somebody can see it, and the first picture is a joint', () => {
  const { tick, state } = openFeed({ loopOffset: 7, isVideoReady: false });
  expect(tick(6)).toEqual([]);
  state.isVideoReady = true;
  expect(text(tick(2))).toBe('20K 21');
});

test('with a backlog live pictures are left out, and the loop index still advances', async () => {
  const { feed, tick, state, encoderReady } = openFeed();
  tick(1);
  await encoderReady();
  feed.setLive(true);
  tick(2);
  state.videoBacklogMs = 300;
  expect(tick(2)).toEqual([]);
  state.videoBacklogMs = 0;
  expect(text(tick(2))).toBe('5L 6L');
  expect(feed.stats().skippedFrames).toBe(2);
});

test('on a path narrower than the loop the idle picture is encoded, until it widens', async () => {
  const { feed, tick, encoder, encoderReady } = openFeed();
  tick(1);
  await encoderReady();
  feed.setBitrate(200);
  expect(text(tick(2))).toBe('1LK 2L');
  expect(text(tick(10)).includes('10L ')).toBe(true);
  feed.setBitrate(700);
  expect(text(tick(9))).toBe('13L 14L 15L 16L 17L 18L 19L 20K 21');
  expect(encoder.bitrates).toEqual([200, 700]);
});

test('a failed encoder is reported and tried again later, not on every tick', async () => {
  const { feed, tick, state, encoderReady } = openFeed();
  state.openFails = true;
  feed.setLive(true);
  tick(1);
  await encoderReady();
  tick(10);
  expect([state.opens, state.failures]).toEqual([1, 1]);
  tick(45);
  await encoderReady();
  tick(10);
  // The same trouble is told once.
  expect([state.opens, state.failures]).toEqual([2, 1]);
  state.openFails = false;
  tick(45);
  await encoderReady();
  expect(tick(1)[0]!.isLive).toBe(true);
  expect(state.opens).toBe(3);
});

test('after close nothing is sent, and an encoder that opens late is closed', async () => {
  const { feed, tick, encoder, encoderReady } = openFeed();
  tick(1);
  feed.prepareLive();
  feed.close();
  feed.close();
  await encoderReady();
  expect(encoder.isClosed).toBe(true);
  expect(tick(3)).toEqual([]);
});

test('without a loop every picture is live, and a loop that comes later is joined at its joint', async () => {
  const { feed, tick, encoderReady } = openFeed({ loop: null });
  expect(tick()).toEqual([]);
  await encoderReady();
  const live = tick(3);
  expect(live.map((frame) => frame.isLive)).toEqual([true, true, true]);
  expect(live[0]?.isKeyFrame).toBe(true);
  feed.setLoop(makeLoop());
  const joined = tick(12).find((frame) => !frame.isLive);
  expect(joined).toMatchObject({ isKeyFrame: true });
});

test('a loop that comes before any picture was shown begins with a key frame', () => {
  const { feed, tick } = openFeed({ loop: null, loopOffset: 3 });
  tick();
  feed.setLoop(makeLoop());
  expect(tick()[0]).toMatchObject({ isLive: false, isKeyFrame: true });
});
