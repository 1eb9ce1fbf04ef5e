import nodeModule from 'node:module';
import { parentPort, Worker } from 'node:worker_threads';
import { bareEnvironment } from '@visavis/media/core';

type Call<Task> = { readonly id: number; readonly task: Task };
type Answer<Reply> = { readonly id: number; readonly reply: Reply } | { readonly id: number; readonly problem: string };

type Waiting<Reply> = { readonly resolve: (reply: Reply) => void; readonly reject: (error: Error) => void };

/** A thread that answers calls one after the other. What goes wrong in it rejects the call; a thread that ends, all of them. */
export class ThreadCalls<Task, Reply> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting<Reply>>();
  #count = 0;
  #ended: Error | null = null;

  /** `address` is that of a file that calls `answerCalls`. */
  constructor(address: URL, name: string) {
    this.#worker = new Worker(address, { name, env: bareEnvironment() });
    this.#worker.on('message', (answer: Answer<Reply>) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('reply' in answer) waiting?.resolve(answer.reply);
      else waiting?.reject(new Error(answer.problem));
    });
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(new Error(`The thread ${name} has ended.`)));
  }

  call(task: Task): Promise<Reply> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const id = this.#count++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, task } satisfies Call<Task>);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** The other side, in the thread. */
export function answerCalls<Task, Reply>(work: (task: Task) => Promise<Reply>): void {
  // Threads are ended before they would keep their code by themselves. Nothing is kept where nobody said where; older releases of Node keep none.
  nodeModule.flushCompileCache?.();
  let last = Promise.resolve();
  parentPort?.on('message', ({ id, task }: Call<Task>) => {
    last = last.then(async () => {
      try {
        const reply = await work(task);
        parentPort?.postMessage({ id, reply } satisfies Answer<Reply>);
      } catch (error) {
        parentPort?.postMessage({ id, problem: error instanceof Error ? error.message : String(error) });
      }
    });
  });
}
