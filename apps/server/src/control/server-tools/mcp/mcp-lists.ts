import type { Tool } from '@visavis/protocol';

/** Of all lists together: about a hundred of the longest. */
const MAX_CHARACTERS = 24 * 1024 * 1024;
const MAX_LISTS = 1000;
const FRESH_MS = 5 * 60_000;
const RETRY_MS = 30_000;

export type McpListsOptions = {
  /** How long a list counts, and how long a server is left alone that did not give one. */
  readonly freshMs?: number;
  readonly retryMs?: number;
  readonly maxCharacters?: number;
  readonly nowMs?: () => number;
};

/** A server as it was saved: what is remembered of it counts no more after a change. */
export type McpServerVersion = { readonly id: string; readonly updatedAt: Date };

type Remembered = {
  readonly tools: readonly Tool[];
  readonly characters: number;
  readonly dueAtMs: number;
  readonly updatedAtMs: number;
};

/** What servers of tools last listed. Those that were heard of longest ago are forgotten when it becomes too much. */
export class McpLists {
  readonly #options: Required<McpListsOptions>;
  readonly #lists = new Map<string, Remembered>();
  #characters = 0;

  constructor(options: McpListsOptions = {}) {
    const { freshMs = FRESH_MS, retryMs = RETRY_MS, maxCharacters = MAX_CHARACTERS } = options;
    this.#options = { freshMs, retryMs, maxCharacters, nowMs: options.nowMs ?? (() => performance.now()) };
  }

  /** Null: it is to be asked. */
  fresh(server: McpServerVersion): readonly Tool[] | null {
    const known = this.#known(server);
    return known !== undefined && this.#options.nowMs() < known.dueAtMs ? known.tools : null;
  }

  keep(server: McpServerVersion, tools: readonly Tool[]): void {
    this.#set(server, tools, this.#options.freshMs);
  }

  /** It did not say: its last list counts for a while, and it is not asked meanwhile. */
  keepLast(server: McpServerVersion): readonly Tool[] {
    const tools = this.#known(server)?.tools ?? [];
    this.#set(server, tools, this.#options.retryMs);
    return tools;
  }

  forget(id: string): void {
    this.#characters -= this.#lists.get(id)?.characters ?? 0;
    this.#lists.delete(id);
  }

  #known({ id, updatedAt }: McpServerVersion): Remembered | undefined {
    const known = this.#lists.get(id);
    return known?.updatedAtMs === updatedAt.getTime() ? known : undefined;
  }

  #set({ id, updatedAt }: McpServerVersion, tools: readonly Tool[], forMs: number): void {
    const { maxCharacters, nowMs } = this.#options;
    this.forget(id);
    const json = JSON.stringify(tools);
    this.#characters += json.length;
    this.#lists.set(id, {
      // A copy: a short text that was cut from a long one would keep the long one in memory.
      tools: JSON.parse(json) as readonly Tool[],
      characters: json.length,
      dueAtMs: nowMs() + forMs,
      updatedAtMs: updatedAt.getTime(),
    });
    for (const oldest of this.#lists.keys()) {
      if (this.#characters <= maxCharacters && this.#lists.size <= MAX_LISTS) return;
      this.forget(oldest);
    }
  }
}
