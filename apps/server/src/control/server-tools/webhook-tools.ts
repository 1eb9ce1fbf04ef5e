import { randomUUID } from 'node:crypto';
import { type AvatarTool, DELIVERY_FAULTS, LIMITS, type Tool, type WebhookTarget } from '@visavis/protocol';
import { type FindAddresses, PrivateHostError, whyForbidden } from '@visavis/protocol/address-guard';
import { refusal } from '../control-error.ts';
import { faultOf } from '../net/fetch-fault.ts';
import type { GuardedFetch } from '../net/guarded-fetch.ts';
import type { ProjectSecrets } from '../webhooks/project-secrets.ts';
import { signWebhook } from '../webhooks/webhook-signature.ts';
import { type ServerTool, type ToolAnswer, type ToolCall, type ToolTalk, unanswered } from './server-tools.ts';

/** Besides the time that its owner gives a tool: for looking up names and for the way between processes. */
const MARGIN_MS = 1500;
/** Of an answer that is no success, as the model is told it. */
const MAX_REFUSAL_CHARACTERS = 1000;

export type WebhookToolsOptions = {
  /** What a project's posts to its tools are signed with. */
  readonly secrets: Pick<ProjectSecrets, 'get'>;
  readonly fetch: GuardedFetch;
  /** As those who fetch find them: what may not be asked is refused when it is saved. */
  readonly findAddresses: FindAddresses;
};

type Target = { readonly name: string; readonly parameters: Tool['parameters']; readonly webhook: WebhookTarget };

/** Tools whose results the server asks of web addresses. */
export class WebhookTools {
  readonly #options: WebhookToolsOptions;

  constructor(options: WebhookToolsOptions) {
    this.#options = options;
  }

  /** Those of the avatar's record. */
  async of(talk: ToolTalk): Promise<readonly ServerTool[]> {
    return (talk.avatar.tools ?? []).flatMap(({ webhook, ...tool }) => {
      if (webhook === undefined) return [];
      const definition = { ...tool, serverWaitMs: webhook.timeoutMs + MARGIN_MS };
      const target = { name: tool.name, parameters: tool.parameters, webhook };
      return [{ definition, run: (call, signal) => this.#ask(target, call, talk, signal) }];
    });
  }

  /** Asks once, as a call would. */
  async try(
    talk: Pick<ToolTalk, 'projectId'> & { avatarId: string },
    tool: AvatarTool,
    given: Readonly<Record<string, unknown>>,
  ): Promise<ToolAnswer & { readonly durationMs: number }> {
    const { webhook, name, parameters } = tool;
    if (webhook === undefined) throw refusal('bad-request', 'tool-without-address', { field: 'tool' });
    await this.requireAllowed([tool]);
    const startedAtMs = performance.now();
    const call = { callId: `trial_${randomUUID()}`, name, argumentsJson: JSON.stringify(given) };
    const { projectId, avatarId } = talk;
    const ended = new AbortController().signal;
    const asked = { sessionId: `trial_${randomUUID()}`, projectId, avatar: { avatarId }, ended };
    const answer = await this.#ask({ name, parameters, webhook }, call, asked, ended);
    return { ...answer, durationMs: Math.round(performance.now() - startedAtMs) };
  }

  /** Throws where an address may not be asked. */
  async requireAllowed(tools: readonly { readonly webhook?: WebhookTarget | undefined }[]): Promise<void> {
    for (const { webhook } of tools) {
      const why = webhook && (await whyForbidden(this.#options.findAddresses, webhook.url));
      if (why === undefined || why === null) continue;
      if (!(why instanceof PrivateHostError)) throw refusal('bad-request', 'address-with-password', { field: 'tools' });
      const host = new URL(webhook?.url ?? '').hostname.replace(/^\[|\]$/g, '');
      throw refusal('bad-request', 'private-tool', { values: { host }, field: 'tools' });
    }
  }

  async #ask(target: Target, call: ToolCall, talk: ToolTalk, signal: AbortSignal): Promise<ToolAnswer> {
    const { name, webhook } = target;
    const { url, method, timeoutMs } = webhook;
    const at = new Date();
    const body = method === 'GET' ? '' : bodyOf(call, talk, at);
    const secret = await this.#options.secrets.get(talk.projectId);
    // One number for each call of a tool: a receiver that sees it twice may ignore the second.
    const id = `${talk.sessionId}_${call.callId}`;
    const sent = method === 'GET' ? {} : { 'content-type': 'application/json', 'content-length': lengthOf(body) };
    try {
      const { status, contentType, ...answer } = await this.#options.fetch({
        url: method === 'GET' ? addressOf(target, call.argumentsJson) : url,
        method,
        timeoutMs,
        signal,
        maxBytes: LIMITS.bytes.toolAnswer,
        maxRedirects: 0,
        headers: {
          ...sent,
          'user-agent': 'Visavis-Tools',
          'visavis-tool': name,
          ...signWebhook({ id, at, body, secret }),
        },
        ...(method === 'GET' ? {} : { body }),
      });
      return read(status, contentType, answer);
    } catch (error) {
      const fault = faultOf(error);
      if (fault === 'late') return unanswered(`The tool did not answer within ${timeoutMs / 1000} s.`);
      return unanswered(`The tool could not be asked. ${DELIVERY_FAULTS[fault]}`);
    }
  }
}

function lengthOf(body: string): string {
  return String(Buffer.byteLength(body));
}

function bodyOf({ callId, name, argumentsJson }: ToolCall, { sessionId, avatar }: ToolTalk, at: Date): string {
  const { avatarId } = avatar;
  const data = { sessionId, avatarId, callId, name, arguments: JSON.parse(argumentsJson) as unknown };
  return JSON.stringify({ type: 'tool.call', timestamp: at.toISOString(), data });
}

/**
 * Each argument is a parameter of the query: texts as they are, everything else as JSON. What the owner's address says already
 * is not the model's to change, nor has it words for what the tool does not name.
 */
function addressOf({ webhook, parameters }: Target, argumentsJson: string): string {
  const address = new URL(webhook.url);
  const fixed = new Set(address.searchParams.keys());
  const named = namesIn(parameters);
  const given = JSON.parse(argumentsJson) as Readonly<Record<string, unknown>>;
  for (const [key, value] of Object.entries(given)) {
    if (fixed.has(key) || (named.length > 0 && !named.includes(key))) continue;
    address.searchParams.set(key, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return address.href;
}

function namesIn({ properties }: Target['parameters']): readonly string[] {
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
}

function read(status: number, contentType: string, { body, isCut }: { body: Buffer; isCut: boolean }): ToolAnswer {
  const text = textOf(body, contentType);
  if (status < 200 || status >= 300) {
    const said = text?.slice(0, MAX_REFUSAL_CHARACTERS) ?? '';
    const error = `The tool answered with status ${status}.`;
    return { isAnswered: false, output: JSON.stringify(said === '' ? { error } : { error, answer: said }) };
  }
  if (text === null) return unanswered('The tool answered with something that is no text.');
  if (text === '') return { isAnswered: true, output: JSON.stringify({ status: 'done' }) };
  return { isAnswered: true, output: isCut ? `${text}… (The answer was longer: this is its beginning.)` : text };
}

const TEXT = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|yaml)\b)/i;

/** Null: it is no text, by what it says of itself or by its bytes. */
function textOf(body: Buffer, contentType: string): string | null {
  if (contentType !== '' && !TEXT.test(contentType)) return body.length === 0 ? '' : null;
  return body.includes(0) ? null : body.toString('utf8').trim();
}
