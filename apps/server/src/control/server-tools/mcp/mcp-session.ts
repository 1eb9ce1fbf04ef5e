import {
  Client,
  type JsonSchemaValidator,
  type jsonSchemaValidator,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { DELIVERY_FAULTS, LIMITS, type Tool, toolFault } from '@visavis/protocol';
import { faultOf } from '../../net/fetch-fault.ts';
import type { GuardedFetch } from '../../net/guarded-fetch.ts';
import { type ToolAnswer, unanswered } from '../server-tools.ts';
import { createMcpContact, type McpContact } from './mcp-fetch.ts';

export type McpAddress = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
};

/**
 * Checks nothing: schemas come from strangers, and a pattern of theirs can keep a regular expression busy for hours, and with
 * it everybody's calls. A model reads what a tool answers, whatever its form.
 */
const UNCHECKED: jsonSchemaValidator = {
  getValidator:
    <Result>(): JsonSchemaValidator<Result> =>
    (input) => ({ valid: true, data: input as Result, errorMessage: undefined }),
};

/** A sentence for people about a server of tools. */
export class McpError extends Error {}

/** One connection with a server of tools, opened when it is first needed. */
export class McpSession {
  readonly #address: McpAddress;
  readonly #contact: McpContact;
  #client: Promise<Client> | null = null;

  constructor(address: McpAddress, fetch: GuardedFetch) {
    this.#address = address;
    this.#contact = createMcpContact(fetch, address.timeoutMs);
  }

  /** Its tools, those left out that no voice could be told of. Throws an `McpError`. */
  async list(signal: AbortSignal): Promise<readonly Tool[]> {
    try {
      const client = await this.#open(signal);
      const { tools } = await client.listTools({}, this.#limits(signal));
      return tools.map(toTool).filter((tool) => toolFault(tool) === null);
    } catch (error) {
      throw new McpError(this.#sentence(error, signal));
    }
  }

  async call(name: string, argumentsJson: string, signal: AbortSignal): Promise<ToolAnswer> {
    try {
      const client = await this.#open(signal);
      const given = JSON.parse(argumentsJson) as Record<string, unknown>;
      const result = await client.callTool({ name, arguments: given }, this.#limits(signal));
      const text = textOf(result.content, result.structuredContent);
      return result.isError === true ? unanswered(text) : { isAnswered: true, output: text };
    } catch (error) {
      this.#client = null;
      return unanswered(this.#sentence(error, signal));
    }
  }

  close(): void {
    this.#client?.then((client) => client.close()).catch(() => {});
    this.#client = null;
  }

  #limits(signal: AbortSignal) {
    return { signal, timeout: this.#address.timeoutMs };
  }

  #open(signal: AbortSignal): Promise<Client> {
    this.#client ??= this.#connect(signal).catch((error: unknown) => {
      this.#client = null;
      throw error;
    });
    return this.#client;
  }

  async #connect(signal: AbortSignal): Promise<Client> {
    const client = new Client({ name: 'visavis', version: '1' }, { jsonSchemaValidator: UNCHECKED });
    const { url, headers } = this.#address;
    const transport = new StreamableHTTPClientTransport(new URL(url), {
      fetch: this.#contact.fetch,
      requestInit: { headers: { ...headers }, redirect: 'manual' },
    });
    await client.connect(transport, this.#limits(signal));
    return client;
  }

  #sentence(error: unknown, signal: AbortSignal): string {
    const status = this.#contact.refusedWith();
    if (status === 401 || status === 403) {
      return `The MCP server answered with status ${status}: it does not take these headers.`;
    }
    if (status !== null) return `The MCP server answered with status ${status}.`;
    const failure = this.#contact.failedWith();
    if (failure !== null) return `The MCP server could not be asked. ${DELIVERY_FAULTS[faultOf(failure)]}`;
    if (signal.aborted) return `The MCP server could not be asked. ${DELIVERY_FAULTS.late}`;
    const said = error instanceof Error ? error.message.slice(0, 300) : '';
    return `The MCP server could not be understood${said === '' ? '.' : `: ${said}`}`;
  }
}

type ListedTool = {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: object;
};

function toTool({ name, description, inputSchema }: ListedTool): Tool {
  const told = (description ?? '').slice(0, LIMITS.characters.toolDescription);
  return { name: name.slice(0, LIMITS.characters.word), description: told, parameters: { ...inputSchema } };
}

type Content = { readonly type: string; readonly text?: unknown };

/** The texts of a result; of other parts, what they are. Where there is no text, its structure as JSON. */
function textOf(content: unknown, structured: unknown): string {
  const parts = Array.isArray(content) ? (content as readonly Content[]) : [];
  const told = parts.map(({ type, text }) => (typeof text === 'string' ? text : `(${type})`)).join('\n');
  if (told !== '') return told;
  return JSON.stringify(structured ?? { status: 'done' });
}
