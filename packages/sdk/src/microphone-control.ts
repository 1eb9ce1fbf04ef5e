import { type CallProblem, callProblem, microphoneProblem, type ProblemCode } from './call-problem.ts';
import { listDevices, type MediaDeviceChoice } from './devices.ts';
import {
  MicrophoneError,
  type MicrophoneHandle,
  type MicrophoneListener,
  type MicrophoneOptions,
  type OpenMicrophone,
} from './microphone.ts';
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
  /** The one that is on, which need not be the chosen one; null while it is off. */
  readonly device: MediaDeviceChoice | null;
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

/** Reasons that end when a device is plugged in, or another program gives it back. */
const MAY_COME: ReadonlySet<ProblemCode> = new Set(['microphone-missing', 'microphone-busy']);

/** The microphone as a switch with mute and push-to-talk. */
export class MicrophoneControl {
  readonly #openDevice: OpenMicrophone;
  readonly #options: MicrophoneOptions;
  /** Null: the browser's own choice. */
  #chosenId: string | null;
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
  /** A person wants it on now, and is told why that fails. */
  #isAsked = false;
  /** Since sound came last: a device that opens but stays silent is not opened without end. */
  #reopenings = 0;
  #reopenTimer: ReturnType<typeof setTimeout> | null = null;
  #stopListening: (() => void) | null = null;

  constructor(open: OpenMicrophone, options: MicrophoneOptions, listener: MicrophoneControlListener) {
    this.#openDevice = open;
    this.#options = options;
    this.#chosenId = options.deviceId || null;
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
      device: this.#handle?.device ?? null,
    };
  }

  /**
   * Null or empty: the browser's own choice. One that is on, or would be if it could, changes over at once; else the next start takes it.
   * Resolves to false when it could not be opened; `onProblem` has said why.
   */
  choose(deviceId: string | null): Promise<boolean> {
    const chosenId = deviceId || null;
    if (chosenId === this.#chosenId) return Promise.resolve(true);
    this.#chosenId = chosenId;
    if (this.#handle === null && this.#opening === null && this.#lost === null) return Promise.resolve(true);
    this.stop();
    return this.start();
  }

  /** One that is open but gives no sound is opened anew. Resolves to false when that failed; `onProblem` has said why. */
  start(): Promise<boolean> {
    this.#isAsked = true;
    this.#reopenings = 0;
    if (this.#stalled) this.#release();
    return this.#open();
  }

  #open(): Promise<boolean> {
    if (this.#handle !== null) return Promise.resolve(true);
    this.#opening ??= this.#start();
    this.#report();
    return this.#opening;
  }

  /** What was wrong with the one that was open, or to be opened, is over with it. */
  stop(): void {
    const isInTrouble = this.#lost !== null || this.#stalled;
    this.#forgetLoss();
    this.#release();
    if (isInTrouble) this.#listener.onProblem(null);
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
      const handle = await this.#openChosen({
        onChunk: ({ pcm, level }) => {
          if (current()) this.#pass(pcm, level);
        },
        onStalled: (stalled) => {
          if (current()) this.#noteStalled(stalled);
        },
        onLost: (problem) => {
          if (current()) this.#lose(problem);
        },
      });
      if (!current()) {
        handle.close();
        return false;
      }
      this.#handle = handle;
      if (this.#lost !== null) this.#listener.onProblem(null);
      this.#forgetLoss();
      if (this.#standsIn(handle)) this.#stopListening = onDeviceChange(() => void this.#takeChosen());
      return true;
    } catch (error) {
      if (!current()) return false;
      this.#noteFailure(problemOf(error));
      return false;
    } finally {
      if (current()) {
        this.#opening = null;
        this.#report();
      }
    }
  }

  /** A chosen device that is gone is replaced by what there is; one that fails in any other way, only where nobody asked for it just now. */
  async #openChosen(listener: MicrophoneListener): Promise<MicrophoneHandle> {
    const { deviceId: _, ...options } = this.#options;
    if (this.#chosenId === null) return this.#openDevice(listener, options);
    try {
      return await this.#openDevice(listener, { ...options, deviceId: this.#chosenId });
    } catch (error) {
      const isToBeTold = this.#isAsked && this.#lost === null && problemOf(error).code !== 'microphone-missing';
      if (isToBeTold) throw error;
      return this.#openDevice(listener, options);
    }
  }

  #standsIn({ device }: MicrophoneHandle): boolean {
    return this.#chosenId !== null && device.deviceId !== this.#chosenId;
  }

  /** The chosen one is plugged in again: it takes over from the one that stands in for it. */
  async #takeChosen(): Promise<void> {
    const handle = this.#handle;
    const { microphones } = await listDevices();
    if (handle === null || handle !== this.#handle || !this.#standsIn(handle)) return;
    if (!microphones.some(({ deviceId }) => deviceId === this.#chosenId)) return;
    this.stop();
    this.#isAsked = false;
    await this.#open();
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
    this.#listener.onProblem(problem);
    this.#waitForDevices(problem);
    this.#reopenLater();
  }

  /** It could not be opened, or not again. A device that is not there, or taken, may come. */
  #noteFailure(problem: CallProblem): void {
    const known = this.#lost?.code;
    const mayCome = MAY_COME.has(problem.code);
    // That a lost device is still missing is no news to somebody who did not ask.
    if (this.#isAsked || known === undefined || !mayCome) this.#listener.onProblem(problem);
    if (known !== undefined && !mayCome) this.#forgetLoss();
    else if (known !== undefined) this.#reopenLater();
    else if (mayCome) this.#waitForDevices(problem);
  }

  #waitForDevices(problem: CallProblem): void {
    this.#lost = problem;
    this.#stopListening?.();
    this.#stopListening = onDeviceChange(() => {
      this.#reopenings = 0;
      this.#reopenLater();
    });
  }

  #reopenLater(): void {
    const delayMs = REOPEN_DELAYS_MS[this.#reopenings];
    if (this.#reopenTimer !== null) clearTimeout(this.#reopenTimer);
    this.#reopenTimer = null;
    if (delayMs === undefined || this.#lost === null) return;
    this.#reopenings += 1;
    this.#reopenTimer = setTimeout(() => {
      this.#isAsked = false;
      void this.#open();
    }, delayMs);
  }

  #forgetLoss(): void {
    if (this.#reopenTimer !== null) clearTimeout(this.#reopenTimer);
    this.#reopenTimer = null;
    this.#stopListening?.();
    this.#stopListening = null;
    this.#lost = null;
  }

  #pass(pcm: Int16Array, level: number): void {
    this.#reopenings = 0;
    const verdict = this.#gate.pass();
    this.#listener.onLevel(verdict === 'sound' ? level : 0);
    if (verdict === 'sound') this.#listener.onSound(pcm);
    if (verdict === 'silence') this.#listener.onSound(new Int16Array(pcm.length));
  }

  #report(): void {
    this.#listener.onStatus(this.status);
  }
}

function problemOf(error: unknown): CallProblem {
  return error instanceof MicrophoneError ? error.problem : microphoneProblem(error);
}
