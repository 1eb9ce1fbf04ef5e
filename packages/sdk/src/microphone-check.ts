import { browserEnvironment, type CallEnvironment } from './call-options.ts';
import type { CallProblem } from './call-problem.ts';
import { EventEmitter } from './event-emitter.ts';
import type { MicrophoneOptions } from './microphone.ts';
import { MicrophoneControl, type MicrophoneStatus } from './microphone-control.ts';

export type MicrophoneCheckState = {
  readonly microphone: MicrophoneStatus;
  /** Why no sound comes; null: nothing is wrong. */
  readonly problem: CallProblem | null;
};

export type MicrophoneCheckEvents = {
  change: MicrophoneCheckState;
  /** 0 to 1, about 25 times a second while the microphone is on. */
  level: number;
};

/** A microphone outside of a call, for a page on which people try out whether they are heard. Nothing is sent anywhere. */
export class MicrophoneCheck extends EventEmitter<MicrophoneCheckEvents> {
  readonly #control: MicrophoneControl;
  #state: MicrophoneCheckState;

  constructor(
    options: MicrophoneOptions = {},
    { openMicrophone }: Pick<CallEnvironment, 'openMicrophone'> = browserEnvironment(),
  ) {
    super();
    this.#control = new MicrophoneControl(openMicrophone, options, {
      onStatus: (microphone) => this.#update({ microphone }),
      onProblem: (problem) => this.#update({ problem }),
      onSound: () => undefined,
      onLevel: (level) => this.emit('level', level),
    });
    this.#state = { microphone: this.#control.status, problem: null };
  }

  /** A new object after every change. */
  get state(): MicrophoneCheckState {
    return this.#state;
  }

  /** Call from a click. Resolves to false when the microphone could not be opened; the state says why. */
  start(): Promise<boolean> {
    this.#update({ problem: null });
    return this.#control.start();
  }

  /** Null: the browser's own choice. */
  setMicrophone(deviceId: string | null): Promise<boolean> {
    return this.#control.choose(deviceId);
  }

  /** Lets the device go; it can be started again. */
  stop(): void {
    this.#control.stop();
    this.#update({ problem: null });
  }

  #update(change: Partial<MicrophoneCheckState>): void {
    this.#state = { ...this.#state, ...change };
    this.emit('change', this.#state);
  }
}
