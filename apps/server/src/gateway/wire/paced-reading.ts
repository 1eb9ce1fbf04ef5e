import type { Duplex } from 'node:stream';

/** How long what arrives waits at most, where nobody is in a hurry. */
const BEAT_MS = 100;
/** More than a microphone gives in that time: a picture that arrives, or sound that comes faster than it is spoken. */
const MOST_BYTES = 10_000;

/** What lies under the stream of a socket, by the name that Node has for it. */
type ReadingHandle = { reading: boolean; readStart(): number; readStop(): number };

/** Wakes all who wait for it at once, so that what came for all of them is read in one turn of the event loop. */
class Beat {
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | null = null;

  wait(callback: () => void): void {
    this.#waiting.add(callback);
    this.#timer ??= setInterval(() => this.#tell(), BEAT_MS).unref();
  }

  leave(callback: () => void): void {
    this.#waiting.delete(callback);
  }

  #tell(): void {
    if (this.#waiting.size === 0) {
      clearInterval(this.#timer ?? undefined);
      this.#timer = null;
    }
    for (const callback of this.#waiting) {
      // Before it is called: whatever it does, the others are told at the next beat.
      this.#waiting.delete(callback);
      callback();
    }
  }
}

const beat = new Beat();

/**
 * Reads a socket no more than ten times a second while nobody is in a hurry. A microphone that hears nothing sends as many messages as
 * one that hears somebody, and to wake up for each of them is most of what they cost. What comes after a silence is read at once; only
 * what follows it waits, in the network.
 */
export class PacedReading {
  readonly #transport: Duplex;
  readonly #goOn = (): void => this.#start();
  #isStopped = false;

  constructor(transport: Duplex) {
    this.#transport = transport;
  }

  /** So much of a message, or of several, was read, and nobody is in a hurry for more. */
  rest(bytes: number): void {
    const handle = readingHandle(this.#transport);
    if (this.#isStopped || bytes > MOST_BYTES || handle?.reading !== true) return;
    handle.readStop();
    this.#isStopped = true;
    beat.wait(this.#goOn);
  }

  /** Somebody is in a hurry. */
  hurry(): void {
    if (!this.#isStopped) return;
    beat.leave(this.#goOn);
    this.#start();
  }

  #start(): void {
    this.#isStopped = false;
    const handle = readingHandle(this.#transport);
    // Where Node itself does not read at the moment, because what came is not taken, it goes on by itself.
    if (handle?.reading !== true) return;
    const code = handle.readStart();
    if (code !== 0) this.#transport.destroy(new Error(`The socket cannot be read any more (${code}).`));
  }
}

/** Null when the socket is closed, or when it is none of Node's own: it is read as it comes. */
function readingHandle(transport: Duplex): ReadingHandle | null {
  if (!('_handle' in transport) || transport.destroyed) return null;
  const handle = transport._handle;
  if (typeof handle !== 'object' || handle === null) return null;
  const isKnown = 'reading' in handle && 'readStart' in handle && 'readStop' in handle;
  return isKnown ? (handle as ReadingHandle) : null;
}
