/** Without a chunk for this long no sound comes: chunks are of 40 ms. */
const STALLED_AFTER_MS = 1_500;
/** A device that gives nothing for this long, though all says that it runs, is opened anew. */
const DEAD_AFTER_MS = 6_000;
const LOOK_INTERVAL_MS = 500;
const GESTURES = ['pointerup', 'keydown'] as const;

type MicrophoneWatchParts = {
  readonly context: Pick<AudioContext, 'state' | 'resume' | 'addEventListener' | 'removeEventListener'>;
  readonly track: Pick<MediaStreamTrack, 'muted' | 'addEventListener' | 'removeEventListener'>;
  /** Told at each change: whether sound fails to come although the microphone is open. */
  onStalled(stalled: boolean): void;
  /** The device has ended, or gives nothing any more. Told once; the watch is closed. */
  onDead(): void;
};

/**
 * Watches whether sound comes from an open microphone: a phone call or a hidden page suspends its context, a switch or the
 * system mutes its track, a device falls silent. A suspended context is resumed as soon as the browser allows it.
 */
export class MicrophoneWatch {
  readonly #parts: MicrophoneWatchParts;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #look = () => this.#check();
  readonly #end = () => this.#die();
  #lastChunkAtMs = performance.now();
  /** When the context last did not run, or the track was muted: the device is not to blame for silence until then. */
  #excusedAtMs = Number.NEGATIVE_INFINITY;
  #stalled = false;
  #closed = false;

  constructor(parts: MicrophoneWatchParts) {
    this.#parts = parts;
    this.#timer = setInterval(this.#look, LOOK_INTERVAL_MS);
    parts.context.addEventListener('statechange', this.#look);
    for (const name of ['mute', 'unmute']) parts.track.addEventListener(name, this.#look);
    parts.track.addEventListener('ended', this.#end);
    // Some browsers let a context run again only from a gesture.
    for (const name of GESTURES) pageEvents().addEventListener?.(name, this.#look);
  }

  noteChunk(): void {
    this.#lastChunkAtMs = performance.now();
    if (this.#stalled) this.#check();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { context, track } = this.#parts;
    clearInterval(this.#timer);
    context.removeEventListener('statechange', this.#look);
    for (const name of ['mute', 'unmute']) track.removeEventListener(name, this.#look);
    track.removeEventListener('ended', this.#end);
    for (const name of GESTURES) pageEvents().removeEventListener?.(name, this.#look);
  }

  #check(): void {
    if (this.#closed) return;
    const { context, track } = this.#parts;
    const isRunning = context.state === 'running';
    // Refused while a phone call goes on, or before a tap: it is asked again at the next look.
    if (!isRunning) context.resume().catch(() => undefined);
    const nowMs = performance.now();
    if (!isRunning || track.muted) this.#excusedAtMs = nowMs;
    this.#tell(track.muted || nowMs - this.#lastChunkAtMs >= STALLED_AFTER_MS);
    if (nowMs - Math.max(this.#lastChunkAtMs, this.#excusedAtMs) >= DEAD_AFTER_MS) this.#die();
  }

  #tell(stalled: boolean): void {
    if (stalled === this.#stalled) return;
    this.#stalled = stalled;
    this.#parts.onStalled(stalled);
  }

  #die(): void {
    if (this.#closed) return;
    this.close();
    this.#parts.onDead();
  }
}

/** Empty where there is no page. */
function pageEvents(): Partial<EventTarget> {
  return globalThis as Partial<EventTarget>;
}

/** Devices were plugged in or out. Returns the function that stops listening. */
export function onDeviceChange(listener: () => void): () => void {
  const devices = globalThis.navigator?.mediaDevices as MediaDevices | undefined;
  devices?.addEventListener?.('devicechange', listener);
  return () => devices?.removeEventListener?.('devicechange', listener);
}
