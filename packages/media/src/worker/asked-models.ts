import { deferred } from '../core/deferred.ts';
import type { BrainPart, BrainRequest } from '../core/machine-brain.ts';
import type { ModelSpeech } from '../inference/kokoro.ts';
import type { ModelRequest, ModelResult } from '../inference/machine-models.ts';

/** An answer of the pool's models. */
export type ModelAnswer =
  /** The beginning of an answer, and what follows it, as it comes. */
  | { readonly type: 'infer-part'; readonly requestId: number; readonly part: BrainPart }
  | { readonly type: 'inferred'; readonly requestId: number; readonly result: ModelResult }
  | { readonly type: 'infer-failed'; readonly requestId: number; readonly message: string };

export type ModelQuestion = { readonly type: 'infer'; readonly requestId: number; readonly request: ModelRequest };

/** Nobody waits for this question's answer any more. */
export type WithdrawnQuestion = { readonly type: 'infer-withdrawn'; readonly requestId: number };

type PendingQuestion = {
  readonly resolve: (result: ModelResult) => void;
  readonly reject: (error: Error) => void;
  readonly onPart: (part: BrainPart) => void;
};

/** The models of the machine as a media worker has them: the pool's process runs them for all. */
export class AskedModels {
  readonly #send: (message: ModelQuestion | WithdrawnQuestion) => void;
  readonly #pending = new Map<number, PendingQuestion>();
  #nextId = 1;

  constructor(send: (message: ModelQuestion | WithdrawnQuestion) => void) {
    this.#send = send;
  }

  async probability(samples16k: Float32Array, signal: AbortSignal): Promise<number> {
    return Number(await this.#ask({ kind: 'turn-end', samples16k }, signal));
  }

  async words(samples16k: Float32Array, language: string, signal: AbortSignal): Promise<string> {
    return String(await this.#ask({ kind: 'words', samples16k, language }, signal));
  }

  async speech(symbols: string, voice: string, signal: AbortSignal): Promise<ModelSpeech> {
    const speech = await this.#ask({ kind: 'speech', symbols, voice }, signal);
    if (typeof speech !== 'object') throw new Error('The neural mouth gave no sound.');
    return speech;
  }

  async think(request: BrainRequest, onPart: (part: BrainPart) => void, signal: AbortSignal): Promise<void> {
    await this.#ask({ kind: 'think', ...request }, signal, onPart);
  }

  take(answer: ModelAnswer): void {
    const pending = this.#pending.get(answer.requestId);
    if (answer.type === 'infer-part') {
      pending?.onPart(answer.part);
      return;
    }
    this.#pending.delete(answer.requestId);
    if (answer.type === 'inferred') pending?.resolve(answer.result);
    else pending?.reject(new Error(answer.message));
  }

  /** Rejects at once when it is aborted; the pool is told, and an answer that comes all the same is dropped. */
  #ask(request: ModelRequest, signal: AbortSignal, onPart: (part: BrainPart) => void = () => {}): Promise<ModelResult> {
    signal.throwIfAborted();
    const requestId = this.#nextId++;
    const { promise, resolve, reject } = deferred<ModelResult>();
    this.#pending.set(requestId, { resolve, reject, onPart });
    const withdraw = (): void => {
      this.#pending.delete(requestId);
      this.#send({ type: 'infer-withdrawn', requestId });
      reject(new Error('Cancelled.'));
    };
    signal.addEventListener('abort', withdraw, { once: true });
    this.#send({ type: 'infer', requestId, request });
    return promise.finally(() => signal.removeEventListener('abort', withdraw));
  }
}
