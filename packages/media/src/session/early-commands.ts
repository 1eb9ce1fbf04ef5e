import type { SessionCommand } from './session-events.ts';

/** A minute of sound, PCM16 mono at 24 kHz. */
const MAX_AUDIO_BYTES = 60 * 48_000;
const MAX_OTHER_COMMANDS = 1000;

/** Commands that arrive before the voice is open, in order. What is over the bound is dropped and counted. */
export class EarlyCommands {
  dropped = 0;
  #commands: SessionCommand[] = [];
  #audioBytes = 0;
  #others = 0;

  add(command: SessionCommand): void {
    const isAudio = command.type === 'user-audio';
    const isFull = isAudio
      ? this.#audioBytes + command.bytes.length > MAX_AUDIO_BYTES
      : this.#others >= MAX_OTHER_COMMANDS;
    if (isFull) {
      this.dropped += 1;
      return;
    }
    if (isAudio) this.#audioBytes += command.bytes.length;
    else this.#others += 1;
    this.#commands.push(command);
  }

  take(): SessionCommand[] {
    this.#audioBytes = 0;
    this.#others = 0;
    return this.#commands.splice(0);
  }
}
