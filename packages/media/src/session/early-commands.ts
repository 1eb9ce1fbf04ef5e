import { LIMITS } from '@visavis/protocol';
import type { SessionCommand } from './session-events.ts';

/** A minute of sound, PCM16 mono at 24 kHz. */
const MAX_AUDIO_BYTES = 60 * 48_000;
/** The same minute in chunks of 10 ms: each chunk takes memory of its own, however small it is. */
const MAX_AUDIO_CHUNKS = 6000;
const MAX_OTHER_COMMANDS = 1000;
/** Of their JSON: one picture of the largest size fits. */
const MAX_OTHER_CHARACTERS = LIMITS.budgets.receiving;

/** Commands that arrive before the voice is open, in order. What is over the bound is dropped and counted. */
export class EarlyCommands {
  dropped = 0;
  #commands: SessionCommand[] = [];
  #audioBytes = 0;
  #audioChunks = 0;
  #others = 0;
  #otherCharacters = 0;

  add(command: SessionCommand): void {
    const isTaken = command.type === 'user-audio' ? this.#takeAudio(command.bytes.length) : this.#takeOther(command);
    if (isTaken) this.#commands.push(command);
    else this.dropped += 1;
  }

  #takeAudio(byteCount: number): boolean {
    if (this.#audioBytes + byteCount > MAX_AUDIO_BYTES || this.#audioChunks >= MAX_AUDIO_CHUNKS) return false;
    this.#audioBytes += byteCount;
    this.#audioChunks += 1;
    return true;
  }

  #takeOther(command: SessionCommand): boolean {
    const characters = JSON.stringify(command).length;
    if (this.#others >= MAX_OTHER_COMMANDS || this.#otherCharacters + characters > MAX_OTHER_CHARACTERS) return false;
    this.#others += 1;
    this.#otherCharacters += characters;
    return true;
  }

  take(): SessionCommand[] {
    this.#audioBytes = 0;
    this.#audioChunks = 0;
    this.#others = 0;
    this.#otherCharacters = 0;
    return this.#commands.splice(0);
  }
}
