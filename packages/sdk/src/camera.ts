import { type CallProblem, callProblem, cameraProblem } from './call-problem.ts';
import { EventEmitter } from './event-emitter.ts';

/** As much as somebody has to see of what is held up to a camera. */
const PICTURE = { longestSidePx: 768, quality: 0.75 } as const;
/** The same is not shown twice within this time. */
const BETWEEN_PICTURES_MS = 3_000;

export type CameraState = {
  readonly state: 'off' | 'opening' | 'on';
  /** What it shows, for a preview; null while it is off. */
  readonly stream: MediaStream | null;
  /** Why it is off, or shows something else than was chosen; null: nothing is wrong. */
  readonly problem: CallProblem | null;
};

export type CameraEvents = { change: CameraState };

/** What takes pictures of a call: see `VisavisCall`. */
type Viewer = { sendImage(dataUrl: string, reply: boolean): boolean };

type CameraEnvironment = {
  /** Rejects as `getUserMedia` does. */
  readonly openCamera: (deviceId: string | null) => Promise<MediaStream>;
  /** The present picture as a JPEG data URL; null while there is none. Stopped by `stop`. */
  readonly createPhotographer: (stream: MediaStream) => { take(): string | null; stop(): void };
};

/**
 * The camera of a page, before a call and in it. It stays with the person: single pictures go to the avatar by `show`, and the
 * stream is for the page's own preview. One that is unplugged is off: no other camera takes its place unasked.
 */
export class Camera extends EventEmitter<CameraEvents> {
  readonly #environment: CameraEnvironment;
  #state: CameraState = { state: 'off', stream: null, problem: null };
  #deviceId: string | null = null;
  #photographer: ReturnType<CameraEnvironment['createPhotographer']> | null = null;
  /** Counts the attempts: an answer that comes after the next one is let go. */
  #attempt = 0;
  #shownAtMs = Number.NEGATIVE_INFINITY;

  constructor(environment: CameraEnvironment = { openCamera, createPhotographer }) {
    super();
    this.#environment = environment;
  }

  /** A new object after every change. */
  get state(): CameraState {
    return this.#state;
  }

  /** Call from a click. Resolves to false when it could not be opened; the state says why. */
  async start(): Promise<boolean> {
    this.#release();
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.#update({ state: 'opening', stream: null, problem: null });
    try {
      const stream = await this.#environment.openCamera(this.#deviceId);
      if (attempt !== this.#attempt) {
        stopTracks(stream);
        return this.#state.state === 'on';
      }
      this.#take(stream);
      return true;
    } catch (error) {
      if (attempt === this.#attempt) this.#update({ state: 'off', stream: null, problem: cameraProblem(error) });
      return false;
    }
  }

  /** Lets the device go; it can be started again. */
  stop(): void {
    this.#attempt += 1;
    this.#release();
    if (this.#state.state !== 'off' || this.#state.problem !== null) {
      this.#update({ state: 'off', stream: null, problem: null });
    }
  }

  /** From `listDevices`; null: the browser's own choice. One that is on changes over, one that is off stays off. */
  async setCamera(deviceId: string | null): Promise<boolean> {
    if (deviceId === this.#deviceId) return true;
    this.#deviceId = deviceId;
    return this.#state.state === 'off' ? true : this.start();
  }

  dismissProblem(): void {
    this.#update({ problem: null });
  }

  /** Shows the avatar what the camera sees, unless it has just been shown. False: nothing was sent. */
  show(call: Viewer): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#shownAtMs < BETWEEN_PICTURES_MS) return false;
    const picture = this.#photographer?.take() ?? null;
    if (picture === null || !call.sendImage(picture, false)) return false;
    this.#shownAtMs = nowMs;
    return true;
  }

  #take(stream: MediaStream): void {
    this.#photographer = this.#environment.createPhotographer(stream);
    this.#shownAtMs = Number.NEGATIVE_INFINITY;
    for (const track of stream.getVideoTracks()) {
      track.addEventListener('ended', () => {
        if (this.#state.stream !== stream) return;
        this.#release();
        this.#update({ state: 'off', stream: null, problem: callProblem('camera-lost') });
      });
    }
    this.#update({ state: 'on', stream, problem: null });
  }

  #release(): void {
    this.#photographer?.stop();
    this.#photographer = null;
    const { stream } = this.#state;
    if (stream !== null) stopTracks(stream);
  }

  #update(change: Partial<CameraState>): void {
    this.#state = { ...this.#state, ...change };
    this.emit('change', this.#state);
  }
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

async function openCamera(deviceId: string | null): Promise<MediaStream> {
  const media = globalThis.navigator?.mediaDevices as MediaDevices | undefined;
  if (!media?.getUserMedia) throw new Error('This page has no access to cameras.');
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  const which = deviceId === null ? { facingMode: 'user' } : { deviceId: { exact: deviceId } };
  return media.getUserMedia({ video: { ...size, ...which } });
}

function createPhotographer(stream: MediaStream): ReturnType<CameraEnvironment['createPhotographer']> {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  video.play().catch(() => undefined);
  return {
    take() {
      const { videoWidth, videoHeight } = video;
      if (videoWidth === 0 || videoHeight === 0) return null;
      const scale = Math.min(1, PICTURE.longestSidePx / Math.max(videoWidth, videoHeight));
      const canvas = document.createElement('canvas');
      canvas.width = Math.round(videoWidth * scale);
      canvas.height = Math.round(videoHeight * scale);
      canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
      return canvas.toDataURL('image/jpeg', PICTURE.quality);
    },
    stop() {
      video.pause();
      video.srcObject = null;
    },
  };
}
