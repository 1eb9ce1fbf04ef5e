import { errorMessage } from '../core/error-message.ts';
import type { BrainPart } from '../core/machine-brain.ts';
import type { ModelRequest, ModelResult } from '../inference/machine-models.ts';
import type { ModelAnswer, ModelQuestion, WithdrawnQuestion } from './asked-models.ts';

/** Has a model of the machine answer; rejects with a sentence. One that is aborted before its turn is not answered. */
export type RunModel = (
  request: ModelRequest,
  signal: AbortSignal,
  onPart: (part: BrainPart) => void,
) => Promise<ModelResult>;

/** The questions of one media worker to the models of the machine, until they are answered or withdrawn. */
export class ModelQuestions {
  readonly #runModel: RunModel;
  readonly #answer: (answer: ModelAnswer) => void;
  readonly #asked = new Map<number, AbortController>();

  constructor(runModel: RunModel, answer: (answer: ModelAnswer) => void) {
    this.#runModel = runModel;
    this.#answer = answer;
  }

  take(message: ModelQuestion | WithdrawnQuestion): void {
    if (message.type === 'infer') this.#ask(message);
    else this.#withdraw(message.requestId);
  }

  /** Nobody waits any more. */
  withdrawAll(): void {
    for (const requestId of [...this.#asked.keys()]) this.#withdraw(requestId);
  }

  #ask({ requestId, request }: ModelQuestion): void {
    const asked = new AbortController();
    this.#asked.set(requestId, asked);
    const tell = (answer: ModelAnswer): void => {
      if (this.#asked.delete(requestId)) this.#answer(answer);
    };
    const tellPart = (part: BrainPart): void => {
      if (this.#asked.has(requestId)) this.#answer({ type: 'infer-part', requestId, part });
    };
    this.#runModel(request, asked.signal, tellPart).then(
      (result) => tell({ type: 'inferred', requestId, result }),
      (error: unknown) => tell({ type: 'infer-failed', requestId, message: errorMessage(error) }),
    );
  }

  #withdraw(requestId: number): void {
    const asked = this.#asked.get(requestId);
    this.#asked.delete(requestId);
    asked?.abort();
  }
}
