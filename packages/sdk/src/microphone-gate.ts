/** Chunks still let through after the key of push-to-talk is released: people let go while the last word ends. */
const lingerChunks = 4;

/**
 * Chunks of digital silence sent after the gate closes. The server's turn detection runs on the stream and needs to
 * hear a pause to end the turn; 40 chunks of 40 ms are longer than any pause it waits for by default.
 */
const silentChunks = 40;

/** Decides for each chunk of the microphone whether it is sent, replaced by silence, or left out. */
export class MicrophoneGate {
  #muted = false;
  #pushToTalk = false;
  #pressed = false;
  #linger = 0;
  /** No silence is owed before anything was said. */
  #silenceLeft = 0;

  get muted(): boolean {
    return this.#muted;
  }

  get pushToTalk(): boolean {
    return this.#pushToTalk;
  }

  get open(): boolean {
    return !this.#muted && (!this.#pushToTalk || this.#pressed);
  }

  setMuted(muted: boolean): void {
    this.#muted = muted;
    this.#linger = 0;
  }

  setPushToTalk(enabled: boolean): void {
    this.#pushToTalk = enabled;
    this.#pressed = false;
    this.#linger = 0;
  }

  setPressed(pressed: boolean): void {
    if (this.#pressed && !pressed) this.#linger = lingerChunks;
    this.#pressed = pressed;
  }

  pass(): 'sound' | 'silence' | 'nothing' {
    if (this.open) {
      this.#silenceLeft = silentChunks;
      return 'sound';
    }
    if (!this.#muted && this.#linger > 0) {
      this.#linger -= 1;
      return 'sound';
    }
    if (this.#silenceLeft === 0) return 'nothing';
    this.#silenceLeft -= 1;
    return 'silence';
  }
}
