import type { ToolCall, ToolHandler } from './call-options.ts';

const UNREADABLE = 'The arguments of the call could not be read. Call the tool again with one JSON object.';

/** Runs the tools that the model asks for, each call id once. */
export class ToolRunner {
  readonly #handler: ToolHandler | undefined;
  readonly #seen = new Set<string>();
  /** Calls whose arguments cannot be read: no handler should guess what was meant. */
  readonly #unreadable = new Set<string>();
  #running = 0;

  constructor(handler: ToolHandler | undefined) {
    this.#handler = handler;
  }

  /** Calls whose handler has not answered yet. */
  get running(): number {
    return this.#running;
  }

  /** The parsed call, or null when this call id was seen before. */
  accept(request: { callId: string; name: string; argumentsJson: string }): ToolCall | null {
    if (this.#seen.has(request.callId)) return null;
    this.#seen.add(request.callId);
    const given = parseJson(request.argumentsJson);
    if (given === undefined) this.#unreadable.add(request.callId);
    return { callId: request.callId, name: request.name, arguments: given ?? null };
  }

  /** The output for the model; null when nobody answers calls here. */
  async run(call: ToolCall): Promise<string | null> {
    if (this.#handler === undefined) return null;
    if (this.#unreadable.delete(call.callId)) return JSON.stringify({ error: UNREADABLE });
    this.#running += 1;
    try {
      const result: unknown = await this.#handler(call);
      return typeof result === 'string' ? result : (JSON.stringify(result) ?? '');
    } catch (error) {
      return JSON.stringify({ error: error instanceof Error ? error.message : String(error) });
    } finally {
      this.#running -= 1;
    }
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
