import { createPicture, type Picture } from '../core/picture.ts';
import type { EncodedVideoFrame } from './encoded-frame.ts';
import type { EncodedLoop } from './idle-loop.ts';
import type { VideoEncoder } from './video-encoder.ts';

/** With more than this waiting in the sender, live pictures are left out until it has drained. */
const BACKLOG_LIMIT_MS = 100;
/** Below this share of the loop's own rate the path cannot carry it, and the idle picture is encoded smaller. */
const TOO_NARROW_SHARE = 0.9;
const WIDE_ENOUGH_SHARE = 1.2;
const REOPEN_AFTER_TICKS = 50;
/** Half a minute in which only the loop was shown: an encoder holds 5 MiB at 512x512 and 16 at 720x1280, and opens within a tick. */
const CLOSE_AFTER_TICKS = 750;

/** Where pictures go. A `Peer` is one. */
export type VideoSink = {
  sendVideo(frame: EncodedVideoFrame, mediaTimeMs: number): void;
  /** False while nobody can see; taken as true when absent. */
  readonly isVideoReady?: boolean;
  /** Time that a picture given now would wait; taken as 0 when absent. */
  readonly videoBacklogMs?: number;
};

export type VideoFeedOptions = {
  readonly sink: VideoSink;
  /** Null while the loop is still being encoded: until `setLoop` every picture is a live one. */
  readonly loop: EncodedLoop | null;
  /** Pictures in the loop. */
  readonly frameCount: number;
  /** Index in the loop at the first tick. */
  readonly loopOffset: number;
  openEncoder(): Promise<VideoEncoder>;
  /** Draws the picture of this loop index with whatever the mouth does at `mediaTimeMs`. */
  renderFrame(loopIndex: number, mediaTimeMs: number, out: Picture): void;
  /** Told once until an encoder opens; it is tried again and again. */
  onEncoderFailure?(error: unknown): void;
};

export type VideoFeedStats = {
  readonly mode: 'loop' | 'live';
  readonly forwardedFrames: number;
  readonly encodedFrames: number;
  readonly skippedFrames: number;
};

/**
 * Decides for each tick of a call what is sent: the next picture of the shared loop, or, while there is more to show or the loop
 * is not coded so far, a live one rendered at the same index, so that neither switch is seen. Live begins with a key frame at any index; the loop is joined again at a joint.
 */
export class VideoFeed {
  readonly #options: VideoFeedOptions;
  #loop: EncodedLoop | null = null;
  #loopIndex: number;
  #mode: 'loop' | 'live' = 'loop';
  #isLiveWanted = false;
  #isKeyFrameWanted = false;
  #isPathTooNarrow = false;
  #hasBeenSeen = false;
  #hasGap = false;
  #encoder: VideoEncoder | null = null;
  #picture: Picture | null = null;
  #isOpening = false;
  #hasFailed = false;
  #ticksUntilReopen = 0;
  #ticksUnused = 0;
  #bitrateKbps: number | null = null;
  #isClosed = false;
  #forwardedFrames = 0;
  #encodedFrames = 0;
  #skippedFrames = 0;

  constructor(options: VideoFeedOptions) {
    const { loop, loopOffset, frameCount } = options;
    if (frameCount < 1) throw new RangeError('An idle loop has at least one frame.');
    this.#options = options;
    this.#loopIndex = ((Math.trunc(loopOffset) % frameCount) + frameCount) % frameCount;
    if (loop !== null) this.setLoop(loop);
  }

  /** The loop is ready; it is joined at its next joint. */
  setLoop(loop: EncodedLoop): void {
    if (loop.frameCount !== this.#options.frameCount) {
      throw new RangeError(`The loop has ${loop.frameCount} frames in place of ${this.#options.frameCount}.`);
    }
    this.#loop = loop;
    if (this.#forwardedFrames + this.#encodedFrames === 0) this.#hasBeenSeen = false;
  }

  /** Index that the next tick will show. */
  get loopIndex(): number {
    return this.#loopIndex;
  }

  /** Call every 40 ms. Encodes at most one picture. */
  tick(mediaTimeMs: number): void {
    if (this.#isClosed) return;
    if (this.#options.sink.isVideoReady !== false) {
      if (!this.#hasBeenSeen) this.#beginAtJoint();
      if (this.#ticksUntilReopen > 0) this.#ticksUntilReopen -= 1;
      this.#show(mediaTimeMs);
    }
    this.#loopIndex = (this.#loopIndex + 1) % this.#options.frameCount;
  }

  setLive(live: boolean): void {
    this.#isLiveWanted = live;
    if (live) this.prepareLive();
  }

  /** There will be more to show than the loop: told before `setLive`, the first live picture waits for no encoder. */
  prepareLive(): void {
    if (this.#options.sink.isVideoReady !== false) this.#openEncoderInBackground();
  }

  /** The next tick shows a key frame. */
  requestKeyFrame(): void {
    this.#isKeyFrameWanted = true;
    this.prepareLive();
  }

  setBitrate(kbps: number): void {
    this.#bitrateKbps = kbps;
    this.#encoder?.setBitrate(kbps);
    const loopKbps = this.#loop?.bitrateKbps ?? 0;
    if (kbps < loopKbps * TOO_NARROW_SHARE) this.#isPathTooNarrow = true;
    else if (kbps > loopKbps * WIDE_ENOUGH_SHARE) this.#isPathTooNarrow = false;
  }

  stats(): VideoFeedStats {
    return {
      mode: this.#mode,
      forwardedFrames: this.#forwardedFrames,
      encodedFrames: this.#encodedFrames,
      skippedFrames: this.#skippedFrames,
    };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closeEncoder();
  }

  #closeEncoder(): void {
    this.#encoder?.close();
    this.#encoder = null;
    this.#picture = null;
  }

  /** Nothing was shown yet, so moving on to the next joint is no jump, and its key frame costs nothing. */
  #beginAtJoint(): void {
    this.#hasBeenSeen = true;
    if (this.#loop === null) return;
    const { frameCount, jointEvery } = this.#loop;
    this.#loopIndex = (Math.ceil(this.#loopIndex / jointEvery) * jointEvery) % frameCount;
  }

  #show(mediaTimeMs: number): void {
    const isJoint = this.#loop !== null && this.#loopIndex % this.#loop.jointEvery === 0;
    const isLiveWanted = this.#isLiveWanted || this.#isPathTooNarrow;
    // Not asked for while it is not wanted: for a talking avatar nothing is coded that nobody sees.
    const frame = isLiveWanted ? undefined : this.#nextOfLoop(isJoint);
    const wantsLive = isLiveWanted || frame === undefined;
    if (this.#mode === 'live' && !(isJoint && !wantsLive)) {
      this.#encodeLive(mediaTimeMs);
      return;
    }
    const needsEncoder = wantsLive || (this.#isKeyFrameWanted && !isJoint);
    if (needsEncoder && this.#encoder !== null) {
      this.#isKeyFrameWanted = true;
      this.#mode = 'live';
      this.#encodeLive(mediaTimeMs);
      return;
    }
    if (needsEncoder || this.#loopEndsHere()) this.#openEncoderInBackground();
    else this.#countUnused();
    this.#forward(frame ?? this.#loop?.frameAt(this.#loopIndex), mediaTimeMs);
  }

  /** Whether the stretch that the next tick begins is not coded yet. */
  #loopEndsHere(): boolean {
    const loop = this.#loop;
    const next = (this.#loopIndex + 1) % this.#options.frameCount;
    return loop !== null && next % loop.jointEvery === 0 && loop.frameAt(next) === undefined;
  }

  #countUnused(): void {
    if (this.#encoder === null) return;
    this.#ticksUnused += 1;
    if (this.#ticksUnused >= CLOSE_AFTER_TICKS) this.#closeEncoder();
  }

  /** While live, only the joint ahead counts. */
  #nextOfLoop(isJoint: boolean): EncodedVideoFrame | undefined {
    const loop = this.#loop;
    if (loop === null) return undefined;
    if (this.#mode === 'loop' || isJoint) return loop.frameAt(this.#loopIndex);
    const joint = Math.ceil(this.#loopIndex / loop.jointEvery) * loop.jointEvery;
    return loop.frameAt(joint % loop.frameCount);
  }

  #forward(frame: EncodedVideoFrame | undefined, mediaTimeMs: number): void {
    // After a picture that nobody got the next one would be built on one that is not there.
    if (frame === undefined || (this.#hasGap && !frame.isKeyFrame)) {
      this.#hasGap = true;
      return;
    }
    this.#hasGap = false;
    this.#mode = 'loop';
    if (frame.isKeyFrame) this.#isKeyFrameWanted = false;
    this.#forwardedFrames += 1;
    this.#options.sink.sendVideo(frame, mediaTimeMs);
  }

  #encodeLive(mediaTimeMs: number): void {
    const encoder = this.#encoder;
    const picture = this.#picture;
    if (encoder === null || picture === null) return;
    this.#ticksUnused = 0;
    if ((this.#options.sink.videoBacklogMs ?? 0) > BACKLOG_LIMIT_MS) {
      this.#skippedFrames += 1;
      return;
    }
    this.#options.renderFrame(this.#loopIndex, mediaTimeMs, picture);
    const frame = encoder.encode(picture, mediaTimeMs, this.#isKeyFrameWanted);
    if (frame === null) {
      this.#skippedFrames += 1;
      return;
    }
    if (frame.isKeyFrame) this.#isKeyFrameWanted = false;
    this.#encodedFrames += 1;
    this.#options.sink.sendVideo(frame, mediaTimeMs);
  }

  /** Opened when it is needed and kept until nobody has talked for long: a call that only listens holds none. */
  #openEncoderInBackground(): void {
    if (this.#encoder !== null || this.#isOpening || this.#ticksUntilReopen > 0 || this.#isClosed) return;
    this.#isOpening = true;
    this.#options.openEncoder().then(
      (encoder) => this.#takeEncoder(encoder),
      (error: unknown) => {
        this.#isOpening = false;
        this.#ticksUntilReopen = REOPEN_AFTER_TICKS;
        if (!this.#isClosed && !this.#hasFailed) this.#options.onEncoderFailure?.(error);
        this.#hasFailed = true;
      },
    );
  }

  #takeEncoder(encoder: VideoEncoder): void {
    this.#isOpening = false;
    this.#hasFailed = false;
    if (this.#isClosed) {
      encoder.close();
      return;
    }
    this.#encoder = encoder;
    this.#ticksUnused = 0;
    this.#picture = createPicture(encoder.widthPx, encoder.heightPx);
    if (this.#bitrateKbps !== null) encoder.setBitrate(this.#bitrateKbps);
  }
}
