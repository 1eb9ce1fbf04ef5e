import { SpeakerChoice } from './speaker-choice.ts';

/** Plays the avatar's stream in a video element and copes with browsers that hold sound back until a gesture. */
export class VideoOutlet {
  readonly #onBlocked: (blocked: boolean) => void;
  readonly #speaker = new SpeakerChoice();
  #video: HTMLVideoElement | null = null;
  #stream: MediaStream | null = null;
  #held = false;

  constructor(onBlocked: (blocked: boolean) => void) {
    this.#onBlocked = onBlocked;
  }

  attach(video: HTMLVideoElement | null): void {
    if (this.#video !== null && this.#video !== video) this.#video.srcObject = null;
    this.#video = video;
    this.#speaker.follow(video);
    void this.#play();
  }

  /** See `SpeakerChoice.choose`. */
  setSpeaker(deviceId: string | null): Promise<boolean> {
    return this.#speaker.choose(deviceId);
  }

  /** Nothing more is played. */
  close(): void {
    this.setStream(null);
    this.#speaker.close();
  }

  /** Keeps the last picture while the call is lost: a stream that ends turns black, and is not played until another one comes. */
  hold(): void {
    this.#held = true;
    this.#video?.pause();
  }

  setStream(stream: MediaStream | null): void {
    this.#stream = stream;
    this.#held = false;
    void this.#play();
  }

  /** Plays on where the system has paused the picture, as for a phone call. */
  resume(): void {
    if (this.#stream !== null && !this.#held && this.#video?.paused === true) void this.#play();
  }

  /** Call from a click or key press. */
  async unblock(): Promise<void> {
    if (this.#video === null) return;
    this.#video.muted = false;
    // The next stream is tried with sound anyway.
    if (this.#held) return;
    await this.#video.play();
    this.#onBlocked(false);
  }

  async #play(): Promise<void> {
    const video = this.#video;
    if (video === null || this.#held) return;
    if (video.srcObject !== this.#stream) video.srcObject = this.#stream;
    if (this.#stream === null) return;
    video.muted = false;
    try {
      await video.play();
      this.#onBlocked(false);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'NotAllowedError') return;
      if (this.#held || video !== this.#video) return;
      // Muted video may always play: the face is seen at once and the sound follows the first tap.
      video.muted = true;
      this.#onBlocked(true);
      await video.play().catch(() => undefined);
    }
  }
}
