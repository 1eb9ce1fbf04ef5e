import { LIMITS, type Tool } from '@visavis/protocol';
import { type FindAddresses, PrivateHostError, whyForbidden } from '@visavis/protocol/address-guard';
import { and, asc, eq, getTableColumns, sql } from 'drizzle-orm';
import { mcpServers } from '../../../db/avatar-parts-schema.ts';
import type { Database } from '../../../db/database.ts';
import { avatars } from '../../../db/schema.ts';
import { notFound, refusal } from '../../control-error.ts';
import type { OnBound } from '../../fairness/bounds.ts';
import { FairPlaces } from '../../fairness/fair-places.ts';
import { newPublicId } from '../../ids.ts';
import type { ControlLogger } from '../../logger.ts';
import type { GuardedFetch } from '../../net/guarded-fetch.ts';
import { alone, quotaReached } from '../../quotas/quotas.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import type { ServerTool, ToolTalk } from '../server-tools.ts';
import { McpLists } from './mcp-lists.ts';
import { namesFor } from './mcp-names.ts';
import { McpError, McpSession } from './mcp-session.ts';

export type McpServer = {
  readonly mcpServerId: string;
  readonly name: string;
  readonly url: string;
  readonly headerNames: readonly string[];
  readonly allowedTools: readonly string[] | null;
  readonly timeoutMs: number;
  readonly createdAt: Date;
};

export type McpServerFields = {
  readonly name: string;
  readonly url: string;
  /** All of them: who gives some gives all. */
  readonly headers: Readonly<Record<string, string>>;
  readonly allowedTools: readonly string[] | null;
  readonly timeoutMs: number;
};

export type McpServersOptions = {
  readonly db: Pick<Database, 'orm'>;
  readonly box: SecretBox;
  readonly fetch: GuardedFetch;
  readonly findAddresses: FindAddresses;
  readonly logger: ControlLogger;
  readonly onBound?: OnBound;
};

/** Besides the time of the call itself: for connecting, and for the way between processes. */
const MARGIN_MS = 3000;
const LIST_WAIT_MS = 2500;
const TRIAL_MS = 15_000;
/** Trials that run at once, and that wait for it. */
const AT_ONCE = { inAll: 4, perProject: 1 } as const;
const WAITING = { inAll: 20, perProject: 2 } as const;
const TRIAL_WAIT_LIMIT_MS = 20_000;

type Row = typeof mcpServers.$inferSelect;

/** Servers of the Model Context Protocol that avatars may ask. */
export class McpServers {
  readonly #options: McpServersOptions;
  readonly #lists = new McpLists();
  readonly #trials: FairPlaces;

  constructor(options: McpServersOptions) {
    this.#options = options;
    this.#trials = new FairPlaces({
      what: 'trials of MCP servers',
      atOnce: AT_ONCE.inAll,
      atOncePerTenant: AT_ONCE.perProject,
      waiting: WAITING.inAll,
      waitingPerTenant: WAITING.perProject,
      waitLimitMs: TRIAL_WAIT_LIMIT_MS,
      reasons: { own: 'trying-already', full: 'many-trials' },
      ...(options.onBound === undefined ? {} : { onBound: options.onBound }),
    });
  }

  async list(projectId: string, avatarId: string): Promise<McpServer[]> {
    return (await this.#rows(projectId, avatarId)).map(toServer);
  }

  async create(projectId: string, avatarId: string, fields: McpServerFields): Promise<McpServer> {
    await this.#requireAllowed(fields.url);
    const { headers, ...plain } = fields;
    const id = newPublicId();
    const limit = LIMITS.counts.mcpServers;
    await alone(this.#options.db, { what: 'project', id: projectId }, async (transaction) => {
      if ((await transaction.$count(mcpServers, eq(mcpServers.avatarId, avatarId))) >= limit) {
        throw quotaReached('mcp-servers-full', limit);
      }
      await transaction.insert(mcpServers).values({ ...plain, id, avatarId, ...this.#sealed(id, headers) });
    });
    return toServer(await this.#row(projectId, avatarId, id));
  }

  async update(
    projectId: string,
    avatarId: string,
    id: string,
    { headers, ...changes }: Partial<McpServerFields>,
  ): Promise<McpServer> {
    const row = await this.#row(projectId, avatarId, id);
    if (changes.url !== undefined && changes.url !== row.url) await this.#requireAllowed(changes.url);
    // Headers are for the host they were given for: another one never gets them.
    const isElsewhere = changes.url !== undefined && new URL(changes.url).origin !== new URL(row.url).origin;
    const given = headers ?? (isElsewhere ? {} : undefined);
    const sealed = given === undefined ? {} : this.#sealed(id, given);
    await this.#options.db.orm
      .update(mcpServers)
      .set({ ...changes, ...sealed, updatedAt: sql`now()` })
      .where(eq(mcpServers.id, id));
    this.#lists.forget(id);
    return toServer(await this.#row(projectId, avatarId, id));
  }

  async remove(projectId: string, avatarId: string, id: string): Promise<void> {
    await this.#row(projectId, avatarId, id);
    this.#lists.forget(id);
    await this.#options.db.orm.delete(mcpServers).where(eq(mcpServers.id, id));
  }

  /** All tools of the server, allowed or not, as it lists them now. A sentence where it does not. */
  async tools(projectId: string, avatarId: string, id: string): Promise<readonly Tool[]> {
    const row = await this.#row(projectId, avatarId, id);
    return this.#trials.run({ key: projectId }, () => this.#askNow(row));
  }

  async #askNow(row: Row): Promise<readonly Tool[]> {
    const session = this.#session(row);
    try {
      const tools = await session.list(AbortSignal.timeout(TRIAL_MS));
      this.#lists.keep(row, tools);
      return tools;
    } catch (error) {
      if (error instanceof McpError) throw refusal('conflict', 'mcp-server', { values: { what: error.message } });
      throw error;
    } finally {
      session.close();
    }
  }

  /** Tools of all servers of an avatar, for one talk; those of servers that do not answer are left out. */
  async of(talk: ToolTalk, taken: ReadonlySet<string>): Promise<readonly ServerTool[]> {
    const rows = await this.#options.db.orm
      .select()
      .from(mcpServers)
      .where(eq(mcpServers.avatarId, talk.avatar.avatarId))
      .orderBy(asc(mcpServers.ordinal));
    const found = await Promise.all(
      rows.map(async (row) => {
        const session = this.#session(row);
        talk.ended.addEventListener('abort', () => session.close(), { once: true });
        return { row, session, tools: await this.#listed(row, session, talk) };
      }),
    );
    const used = new Set(taken);
    return found.flatMap(({ row, session, tools }) => {
      const allowed = tools.filter(({ name }) => row.allowedTools === null || row.allowedTools.includes(name));
      const names = namesFor(
        row.name,
        allowed.map(({ name }) => name),
        used,
      );
      for (const name of names) used.add(name);
      return allowed.map((tool, index) => ({
        definition: { ...tool, name: names[index] ?? tool.name, serverWaitMs: row.timeoutMs + MARGIN_MS },
        run: ({ argumentsJson }, signal) => session.call(tool.name, argumentsJson, signal),
      }));
    });
  }

  async #listed(row: Row, session: McpSession, { sessionId, ended }: ToolTalk): Promise<readonly Tool[]> {
    const known = this.#lists.fresh(row);
    if (known !== null) return known;
    try {
      const tools = await session.list(AbortSignal.timeout(LIST_WAIT_MS));
      this.#lists.keep(row, tools);
      return tools;
    } catch (error) {
      // A talk that is over says nothing of the server.
      if (ended.aborted) return [];
      const told = { sessionId, mcpServerId: row.id, error: String(error) };
      this.#options.logger.warn(told, 'Tools of an MCP server are not there');
      return this.#lists.keepLast(row);
    }
  }

  #session(row: Row): McpSession {
    const { box, fetch } = this.#options;
    const opened = box.open({ bytes: row.headersEncrypted, keyId: row.encryptionKeyId }, row.id);
    const headers = JSON.parse(opened) as Record<string, string>;
    return new McpSession({ url: row.url, headers, timeoutMs: row.timeoutMs }, fetch);
  }

  #sealed(id: string, headers: Readonly<Record<string, string>>) {
    const { bytes, keyId } = this.#options.box.seal(JSON.stringify(headers), id);
    return { headerNames: Object.keys(headers), headersEncrypted: bytes, encryptionKeyId: keyId };
  }

  async #row(projectId: string, avatarId: string, id: string): Promise<Row> {
    const row = (await this.#rows(projectId, avatarId)).find((own) => own.id === id);
    if (row === undefined) throw notFound('mcp-server');
    return row;
  }

  #rows(projectId: string, avatarId: string): Promise<Row[]> {
    return this.#options.db.orm
      .select(getTableColumns(mcpServers))
      .from(mcpServers)
      .innerJoin(avatars, eq(avatars.id, mcpServers.avatarId))
      .where(and(eq(avatars.projectId, projectId), eq(mcpServers.avatarId, avatarId)))
      .orderBy(asc(mcpServers.ordinal));
  }

  async #requireAllowed(url: string): Promise<void> {
    const why = await whyForbidden(this.#options.findAddresses, url);
    if (why === null) return;
    if (!(why instanceof PrivateHostError)) throw refusal('bad-request', 'address-with-password', { field: 'url' });
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    throw refusal('bad-request', 'private-tool', { values: { host }, field: 'url' });
  }
}

function toServer({ id, name, url, headerNames, allowedTools, timeoutMs, createdAt }: Row): McpServer {
  return { mcpServerId: id, name, url, headerNames, allowedTools, timeoutMs, createdAt };
}
