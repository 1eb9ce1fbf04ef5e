import type { CallProblem } from './call-problem.ts';
import { callProblem } from './call-problem.ts';
import { MicrophoneError, type MicrophoneHandle, type MicrophoneOptions, type OpenMicrophone } from './microphone.ts';
import { MicrophoneGate } from './microphone-gate.ts';
import { onDeviceChange } from './microphone-watch.ts';

/** Waits before a lost microphone is opened again; after the last, the next device that comes or goes is waited for. */
const REOPEN_DELAYS_MS = [250, 1_000, 4_000];

export type MicrophoneStatus = {
  readonly state: 'off' | 'opening' | 'on';
  readonly muted: boolean;
  readonly pushToTalk: boolean;
  /** Push-to-talk is held. */
  readonly pressed: boolean;
  /** It is on, but no sound comes: muted by the system, held by a phone call. */
  readonly stalled: boolean;
};

export type MicrophoneControlListener = {
  onStatus(status: MicrophoneStatus): void;
  /** Null: what was told last is over. */
  onProblem(problem: CallProblem | null): void;
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
  #stalled = false;
  /** Why the microphone is off although it was not switched off. */
  #lost: CallProblem | null = null;
  #reopenings = 0;
  #reopenTimer: ReturnType<typeof setTimeout> | null = null;
  #stopListening: (() => void) | null = null;

  constructor(open: OpenMicrophone, options: MicrophoneOptions, listener: MicrophoneControlListener) {
    this.#open = open;
    this.#options = options;
    this.#listener = listener;
  }

  get status(): MicrophoneStatus {
    const state = this.#handle !== null ? 'on' : this.#opening !== null ? 'opening' : 'off';
    return {
      state,
      muted: this.#gate.muted,
      pushToTalk: this.#gate.pushToTalk,
      pressed: this.#pressed,
      stalled: this.#stalled,
    };
  }

  /** Resolves to false when the microphone could not be opened; `onProblem` has said why. */
  start(): Promise<boolean> {
    if (this.#handle !== null) return Promise.resolve(true);
    this.#opening ??= this.#start();
    this.#report();
    return this.#opening;
  }

  stop(): void {
    this.#forgetLoss();
    this.#release();
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
          onStalled: (stalled) => {
            if (current()) this.#noteStalled(stalled);
          },
          onLost: (problem) => {
            if (current()) this.#lose(problem);
          },
        },
        this.#lost === null ? this.#options : withoutDevice(this.#options),
      );
      if (!current()) {
        handle.close();
        return false;
      }
      this.#handle = handle;
      if (this.#lost !== null) this.#listener.onProblem(null);
      this.#forgetLoss();
      return true;
    } catch (error) {
      if (!current()) return false;
      if (this.#lost !== null) {
        this.#reopenLater();
        return false;
      }
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

  #release(): void {
    this.#generation += 1;
    this.#opening = null;
    this.#handle?.close();
    this.#handle = null;
    this.#stalled = false;
    this.#listener.onLevel(0);
    this.#report();
  }

  #noteStalled(stalled: boolean): void {
    this.#stalled = stalled;
    this.#listener.onProblem(stalled ? callProblem('microphone-silent') : null);
    this.#report();
  }

  /** Says so, and opens it again: at first by itself, then whenever devices change. */
  #lose(problem: CallProblem): void {
    this.#release();
    this.#lost = problem;
    this.#listener.onProblem(problem);
    this.#stopListening ??= onDeviceChange(() => {
      this.#reopenings = 0;
      this.#reopenLater();
    });
    this.#reopenLater();
  }

  #reopenLater(): void {
    const delayMs = REOPEN_DELAYS_MS[this.#reopenings];
    if (this.#reopenTimer !== null) clearTimeout(this.#reopenTimer);
    this.#reopenTimer = null;
    if (delayMs === undefined || this.#lost === null) return;
    this.#reopenings += 1;
    this.#reopenTimer = setTimeout(() => void this.start(), delayMs);
  }

  #forgetLoss(): void {
    if (this.#reopenTimer !== null) clearTimeout(this.#reopenTimer);
    this.#reopenTimer = null;
    this.#stopListening?.();
    this.#stopListening = null;
    this.#lost = null;
    this.#reopenings = 0;
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

/** A chosen device that is gone is replaced by what there is. */
function withoutDevice({ deviceId: _, ...rest }: MicrophoneOptions): MicrophoneOptions {
  return rest;
}
