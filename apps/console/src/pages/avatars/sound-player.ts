/** A sound that is ready to be heard. */
export type Sound = {
  /** Resolves once it is heard. */
  play(): Promise<void>;
  close(): void;
};

type SoundPlayerParts = {
  /** `onEnd` is called when it was heard to its end. */
  readonly open: (file: Blob, onEnd: () => void) => Sound;
  readonly onPlaying: (isPlaying: boolean) => void;
};

/** One sound at a time: whatever is asked for later, or a stop, silences what was asked for before, also what is still on its way. */
export class SoundPlayer {
  readonly #parts: SoundPlayerParts;
  #current: Sound | null = null;
  #turn = 0;

  constructor(parts: SoundPlayerParts) {
    this.#parts = parts;
  }

  /** Throws what `fetchFile` throws, and when the sound cannot be played, unless nobody waits for it any more. */
  async play(fetchFile: () => Promise<Blob>): Promise<void> {
    this.stop();
    const turn = this.#turn;
    const isOver = () => turn !== this.#turn;
    try {
      const file = await fetchFile();
      if (isOver()) return;
      this.#current = this.#parts.open(file, () => this.stop());
      await this.#current.play();
      if (!isOver()) this.#parts.onPlaying(true);
    } catch (error) {
      if (!isOver()) throw error;
    }
  }

  stop(): void {
    this.#turn += 1;
    const sound = this.#current;
    this.#current = null;
    this.#parts.onPlaying(false);
    sound?.close();
  }
}

/** A sound of the browser's own. */
export function openAudio(file: Blob, onEnd: () => void): Sound {
  const address = URL.createObjectURL(file);
  const audio = new Audio(address);
  audio.onended = onEnd;
  return {
    play: () => audio.play(),
    close: () => {
      audio.pause();
      URL.revokeObjectURL(address);
    },
  };
}
