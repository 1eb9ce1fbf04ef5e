import {
  Client,
  type JsonSchemaValidator,
  type jsonSchemaValidator,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { DELIVERY_FAULTS, fittingTools, LIMITS, type Tool } from '@visavis/protocol';
import { faultOf } from '../../net/fetch-fault.ts';
import type { GuardedFetch } from '../../net/guarded-fetch.ts';
import { type ToolAnswer, unanswered } from '../server-tools.ts';
import { createMcpContact, type McpContact, McpRefusal, McpSilence } from './mcp-fetch.ts';

export type McpAddress = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
};

/** Of a list of tools: pages that are asked for, and bytes after which no other page is. */
const MAX_LIST_PAGES = 8;
const MAX_LIST_BYTES = 4 * 1024 * 1024;

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

type Connection = {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;
  running: number;
  isBroken: boolean;
};

/** A talk with a server of tools: connected when it is first needed, and again when the connection broke. */
export class McpSession {
  readonly #address: McpAddress;
  readonly #contact: McpContact;
  #connection: Promise<Connection> | null = null;

  constructor(address: McpAddress, fetch: GuardedFetch) {
    this.#address = address;
    this.#contact = createMcpContact(fetch, address.timeoutMs);
  }

  /** Its tools, as many as a voice could be told of. Throws an `McpError`. */
  async list(signal: AbortSignal): Promise<readonly Tool[]> {
    try {
      return await this.#use(signal, (client) => this.#pages(client, signal));
    } catch (error) {
      throw new McpError(sentenceOf(error, signal));
    }
  }

  async call(name: string, argumentsJson: string, signal: AbortSignal): Promise<ToolAnswer> {
    const given = JSON.parse(argumentsJson) as Record<string, unknown>;
    try {
      const result = await this.#use(signal, (client) =>
        client.callTool({ name, arguments: given }, this.#limits(signal)),
      );
      const text = textOf(result.content, result.structuredContent);
      return result.isError === true ? unanswered(text) : { isAnswered: true, output: text };
    } catch (error) {
      return unanswered(sentenceOf(error, signal));
    }
  }

  close(): void {
    this.#connection?.then(leave, () => {});
    this.#connection = null;
  }

  /** Page by page, so that no more is kept than fits, whatever the server lists. */
  async #pages(client: Client, signal: AbortSignal): Promise<readonly Tool[]> {
    if (client.getServerCapabilities()?.tools === undefined) return [];
    const lastByte = this.#contact.bytesRead() + MAX_LIST_BYTES;
    let tools: readonly Tool[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MAX_LIST_PAGES && this.#contact.bytesRead() < lastByte; page += 1) {
      const params = cursor === undefined ? {} : { cursor };
      const listed = await client.request({ method: 'tools/list', params }, this.#limits(signal));
      tools = fittingTools([...tools, ...listed.tools.map(toTool)]).tools;
      cursor = listed.nextCursor;
      if (cursor === undefined) break;
    }
    return tools;
  }

  /** What the server refuses leaves the connection as it is; one that broke is left when nobody uses it any more. */
  async #use<Result>(signal: AbortSignal, work: (client: Client) => Promise<Result>): Promise<Result> {
    const opening = this.#open(signal);
    const connection = await opening;
    connection.running += 1;
    try {
      return await work(connection.client);
    } catch (error) {
      if (!isAnswer(error)) {
        connection.isBroken = true;
        if (this.#connection === opening) this.#connection = null;
      }
      throw error;
    } finally {
      connection.running -= 1;
      if (connection.isBroken && connection.running === 0) void leave(connection);
    }
  }

  #limits(signal: AbortSignal) {
    return { signal, timeout: this.#address.timeoutMs };
  }

  #open(signal: AbortSignal): Promise<Connection> {
    this.#connection ??= this.#connect(signal).catch((error: unknown) => {
      this.#connection = null;
      throw error;
    });
    return this.#connection;
  }

  async #connect(signal: AbortSignal): Promise<Connection> {
    const client = new Client({ name: 'visavis', version: '1' }, { jsonSchemaValidator: UNCHECKED });
    const { url, headers } = this.#address;
    const transport = new StreamableHTTPClientTransport(new URL(url), {
      fetch: this.#contact.fetch,
      requestInit: { headers: { ...headers }, redirect: 'manual' },
    });
    await client.connect(transport, this.#limits(signal));
    return { client, transport, running: 0, isBroken: false };
  }
}

/** Tells the server that its session is over, where it has given one. */
async function leave({ client, transport }: Connection): Promise<void> {
  await transport.terminateSession().catch(() => {});
  await client.close().catch(() => {});
}

/** The server has answered, by an error of the protocol or by something that the protocol does not know. */
function isAnswer(error: unknown): boolean {
  if (error instanceof ProtocolError) return true;
  return error instanceof SdkError && error.code === SdkErrorCode.InvalidResult;
}

function sentenceOf(error: unknown, signal: AbortSignal): string {
  if (error instanceof McpRefusal) {
    const told = `The MCP server answered with status ${error.status}`;
    return error.status === 401 || error.status === 403 ? `${told}: it does not take these headers.` : `${told}.`;
  }
  const isLate = signal.aborted || (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout);
  const fault = error instanceof McpSilence ? faultOf(error.cause) : isLate ? 'late' : null;
  if (fault !== null) return `The MCP server could not be asked. ${DELIVERY_FAULTS[fault]}`;
  const said = error instanceof Error ? error.message.slice(0, 300) : '';
  return `The MCP server could not be understood${said === '' ? '.' : `: ${said}`}`;
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
