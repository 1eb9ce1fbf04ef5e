import type { ClientWireMessage } from '@visavis/protocol';
import type { ToolCall, ToolHandler } from './call-options.ts';
import { respondMessage, toolResultMessage } from './to-wire.ts';

const UNREADABLE = 'The arguments of the call could not be read. Call the tool again with one JSON object.';

/** Runs the tools that the model of one session asks for, each call id once. */
export class ToolRunner {
  readonly #handler: ToolHandler | undefined;
  readonly #seen = new Set<string>();
  /** Calls whose arguments cannot be read: no handler should guess what was meant. */
  readonly #unreadable = new Set<string>();
  /** By the reply that made them: a handler that never answers keeps later replies waiting no longer than its own. */
  readonly #running = new Map<string, number>();
  #closed = false;

  constructor(handler: ToolHandler | undefined) {
    this.#handler = handler;
  }

  /** The parsed call, or null when this call id was seen before. */
  accept(request: { callId: string; name: string; argumentsJson: string }): ToolCall | null {
    if (this.#seen.has(request.callId)) return null;
    this.#seen.add(request.callId);
    const given = parseJson(request.argumentsJson);
    if (given === undefined) this.#unreadable.add(request.callId);
    return { callId: request.callId, name: request.name, arguments: given ?? null };
  }

  /** Runs the tool and sends its result; of several tools of one reply the last to be done asks for the one answer to them all. */
  async answer(call: ToolCall, turnId: string, send: (message: ClientWireMessage) => boolean): Promise<void> {
    this.#count(turnId, 1);
    const output = await this.#run(call);
    this.#count(turnId, -1);
    if (output === null || this.#closed) return;
    if (send(toolResultMessage(call.callId, output)) && !this.#running.has(turnId)) send(respondMessage());
  }

  /** The session is over: results that are still to come belong to nobody. */
  close(): void {
    this.#closed = true;
  }

  /** The output for the model; null when nobody answers calls here. */
  async #run(call: ToolCall): Promise<string | null> {
    if (this.#handler === undefined) return null;
    if (this.#unreadable.delete(call.callId)) return JSON.stringify({ error: UNREADABLE });
    try {
      const result: unknown = await this.#handler(call);
      return typeof result === 'string' ? result : (JSON.stringify(result) ?? '');
    } catch (error) {
      return JSON.stringify({ error: error instanceof Error ? error.message : String(error) });
    }
  }

  #count(turnId: string, change: number): void {
    const count = (this.#running.get(turnId) ?? 0) + change;
    if (count === 0) this.#running.delete(turnId);
    else this.#running.set(turnId, count);
  }
}

/** Undefined for what is no JSON; models leave the arguments of a tool that takes none empty. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.trim() === '' ? '{}' : text) as unknown;
  } catch {
    return undefined;
  }
}
