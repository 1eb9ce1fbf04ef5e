/** Root mean square, −50 dBFS, above which the avatar is held to be audible. */
const audibleLevel = 0.003;
const pollMs = 20;
const giveUpMs = 20_000;

export type SoundMeter = {
  /** Measures again where the browser had it wait until the person touched the page. */
  listen(): void;
  /** Measures until the next sound of the avatar; a new call replaces the one before. */
  untilSound(onSound: (waitedMs: number) => void): void;
  cancel(): void;
  /** Root mean square of the last 20 ms, 0 to 1. */
  level(): number;
  close(): void;
};

export type CreateSoundMeter = (stream: MediaStream) => SoundMeter | null;

/** Listens to the remote sound by an analyser. Null where the browser has none. */
export const createBrowserSoundMeter: CreateSoundMeter = (stream) => {
  if (typeof AudioContext === 'undefined' || stream.getAudioTracks().length === 0) return null;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const level = () => {
    analyser.getFloatTimeDomainData(samples);
    let energy = 0;
    for (const sample of samples) energy += sample * sample;
    return Math.sqrt(energy / samples.length);
  };
  const waiter = new SoundWaiter(level, () => performance.now());
  const listen = () => {
    if (context.state === 'suspended') context.resume().catch(() => undefined);
  };
  // Meters read many times a second: a browser that suspends is asked when it does, and at each step of the person.
  context.onstatechange = listen;
  listen();
  return {
    listen,
    untilSound: (onSound) => {
      listen();
      waiter.start(onSound);
    },
    cancel: () => waiter.cancel(),
    level,
    close() {
      waiter.cancel();
      context.onstatechange = null;
      void context.close();
    },
  };
};

/** Waits for silence first: the tail of an interrupted reply is not the answer. */
export class SoundWaiter {
  readonly #level: () => number;
  readonly #nowMs: () => number;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(level: () => number, nowMs: () => number) {
    this.#level = level;
    this.#nowMs = nowMs;
  }

  start(onSound: (waitedMs: number) => void): void {
    this.cancel();
    const startedAtMs = this.#nowMs();
    let wasSilent = false;
    this.#timer = setInterval(() => {
      const waitedMs = this.#nowMs() - startedAtMs;
      const audible = this.#level() >= audibleLevel;
      if (!audible) wasSilent = true;
      if (audible && wasSilent) {
        this.cancel();
        onSound(waitedMs);
      } else if (waitedMs > giveUpMs) {
        this.cancel();
      }
    }, pollMs);
  }

  cancel(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
