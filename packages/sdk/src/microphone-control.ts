import type { CallProblem } from './call-problem.ts';
import { callProblem } from './call-problem.ts';
import { MicrophoneError, type MicrophoneHandle, type MicrophoneOptions, type OpenMicrophone } from './microphone.ts';
import { MicrophoneGate } from './microphone-gate.ts';

export type MicrophoneStatus = {
  readonly state: 'off' | 'opening' | 'on';
  readonly muted: boolean;
  readonly pushToTalk: boolean;
  /** Push-to-talk is held. */
  readonly pressed: boolean;
};

export type MicrophoneControlListener = {
  onStatus(status: MicrophoneStatus): void;
  onProblem(problem: CallProblem): void;
  /** PCM16 mono, 24 kHz, 40 ms. */
  onSound(pcm: Int16Array): void;
  /** 0 to 1; 0 while nothing is let through. */
  onLevel(level: number): void;
};

/** The microphone as a switch with mute and push-to-talk. */
export class MicrophoneControl {
  readonly #open: OpenMicrophone;
  readonly #options: MicrophoneOptions;
  readonly #listener: MicrophoneControlListener;
  readonly #gate = new MicrophoneGate();
  #handle: MicrophoneHandle | null = null;
  #opening: Promise<boolean> | null = null;
  #pressed = false;
  /** Changes with every stop, so that a device that opens too late is closed again. */
  #generation = 0;

  constructor(open: OpenMicrophone, options: MicrophoneOptions, listener: MicrophoneControlListener) {
    this.#open = open;
    this.#options = options;
    this.#listener = listener;
  }

  get status(): MicrophoneStatus {
    const state = this.#handle !== null ? 'on' : this.#opening !== null ? 'opening' : 'off';
    return { state, muted: this.#gate.muted, pushToTalk: this.#gate.pushToTalk, pressed: this.#pressed };
  }

  /** Resolves to false when the microphone could not be opened; `onProblem` has said why. */
  start(): Promise<boolean> {
    if (this.#handle !== null) return Promise.resolve(true);
    this.#opening ??= this.#start();
    this.#report();
    return this.#opening;
  }

  stop(): void {
    this.#generation += 1;
    this.#opening = null;
    this.#handle?.close();
    this.#handle = null;
    this.#listener.onLevel(0);
    this.#report();
  }

  setMuted(muted: boolean): void {
    this.#gate.setMuted(muted);
    this.#report();
  }

  setPushToTalk(enabled: boolean): void {
    this.#gate.setPushToTalk(enabled);
    this.#pressed = false;
    this.#report();
  }

  setPressed(pressed: boolean): void {
    if (this.#pressed === pressed) return;
    this.#pressed = pressed;
    this.#gate.setPressed(pressed);
    this.#report();
  }

  async #start(): Promise<boolean> {
    const generation = this.#generation;
    const current = () => generation === this.#generation;
    try {
      const handle = await this.#open(
        {
          onChunk: ({ pcm, level }) => {
            if (current()) this.#pass(pcm, level);
          },
          onLost: (problem) => {
            if (!current()) return;
            this.stop();
            this.#listener.onProblem(problem);
          },
        },
        this.#options,
      );
      if (!current()) {
        handle.close();
        return false;
      }
      this.#handle = handle;
      return true;
    } catch (error) {
      if (!current()) return false;
      this.#listener.onProblem(
        error instanceof MicrophoneError
          ? error.problem
          : callProblem('microphone-unsupported', { detail: String(error) }),
      );
      return false;
    } finally {
      if (current()) {
        this.#opening = null;
        this.#report();
      }
    }
  }

  #pass(pcm: Int16Array, level: number): void {
    const verdict = this.#gate.pass();
    this.#listener.onLevel(verdict === 'sound' ? level : 0);
    if (verdict === 'sound') this.#listener.onSound(pcm);
    if (verdict === 'silence') this.#listener.onSound(new Int16Array(pcm.length));
  }

  #report(): void {
    this.#listener.onStatus(this.status);
  }
}
