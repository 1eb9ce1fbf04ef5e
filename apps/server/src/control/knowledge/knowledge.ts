import { setTimeout as delay } from 'node:timers/promises';
import { LIMITS } from '@visavis/protocol';
import { and, asc, eq, getTableColumns, sql } from 'drizzle-orm';
import { knowledgePassages, knowledgeSources } from '../../db/avatar-parts-schema.ts';
import type { Database } from '../../db/database.ts';
import { avatars } from '../../db/schema.ts';
import { notFound, refusal } from '../control-error.ts';
import { newPublicId } from '../ids.ts';
import { faultOf } from '../net/fetch-fault.ts';
import type { GuardedFetch } from '../net/guarded-fetch.ts';
import { alone, bytesOfMb, numberOf, quotaReached } from '../quotas/quotas.ts';
import type { LookUp, ServerTool, ToolAnswer, ToolTalk } from '../server-tools/server-tools.ts';
import { KeptIndexes } from './kept-indexes.ts';
import type { PassageEmbeddings } from './meaning/passage-embeddings.ts';
import { fuseRanks } from './meaning/vectors.ts';
import { passagesOf } from './passages.ts';
import { CHARACTERS_PER_AVATAR, readSource, type SourceKind } from './read-source.ts';
import { ReadingPlaces } from './reading-places.ts';

export type KnowledgeSource = {
  readonly sourceId: string;
  readonly name: string;
  readonly kind: SourceKind;
  readonly url: string | null;
  readonly pages: number | null;
  readonly characters: number;
  /** What is found: so many pieces of its text. */
  readonly passages: number;
  readonly createdAt: Date;
};

export type KnowledgeOptions = {
  readonly db: Pick<Database, 'orm'>;
  readonly fetch: GuardedFetch;
  /** What passages mean counts beside their words; left out: their words alone. */
  readonly meaning?: {
    readonly embeddings: Pick<PassageEmbeddings, 'ofQuestion' | 'indexOf' | 'forget'>;
    /** An avatar has passages that are to be embedded. */
    readonly onStored: (avatarId: string) => void;
  };
};

/** Text of all sources of a project. */
const TEXT_MB_PER_PROJECT = 100;
const FETCH_MS = 30_000;
const ROWS_AT_ONCE = 500;
const FOUND = 5;
/** With the turn: of each, and of all that are given. */
const FITTING = 3;
const FITTING_CHARACTERS = 3000;
/** Of each ranking, before they are mixed. */
const RANKED = 40;
/** In a talk, what meaning finds later than this is not waited for: an answer waits little longer for all that is found. */
const MEANING_IN_TALK_MS = 60;
const PASSAGES_OF_SOURCE = sql<number>`(select count(*)::integer from ${knowledgePassages}
  where ${knowledgePassages.sourceId} = ${knowledgeSources.id})`;

type Owner = { readonly projectId: string; readonly avatarId: string };
type NamedFile = { readonly name: string; readonly contentType: string; readonly url?: string };

/** What avatars look things up in: files and pages, as passages that are found by their words. */
export class Knowledge {
  readonly #options: KnowledgeOptions;
  readonly #indexes = new KeptIndexes((avatarId) => this.#passages(avatarId));
  readonly #places = new ReadingPlaces();

  constructor(options: KnowledgeOptions) {
    this.#options = options;
  }

  async list(projectId: string, avatarId: string): Promise<KnowledgeSource[]> {
    const rows = await this.#options.db.orm
      .select({ ...getTableColumns(knowledgeSources), passages: PASSAGES_OF_SOURCE })
      .from(knowledgeSources)
      .innerJoin(avatars, eq(avatars.id, knowledgeSources.avatarId))
      .where(and(eq(avatars.projectId, projectId), eq(knowledgeSources.avatarId, avatarId)))
      .orderBy(asc(knowledgeSources.ordinal));
    return rows.map(toSource);
  }

  /** Callers have checked the avatar. `receive` is called when there is room for what it gives. */
  async add(owner: Owner, file: NamedFile & { receive(): Promise<Buffer> }): Promise<KnowledgeSource> {
    return await this.#places.hold(owner.projectId, async () => await this.#read(owner, file, await file.receive()));
  }

  async addLink(owner: Owner, url: string): Promise<KnowledgeSource> {
    return await this.#places.hold(owner.projectId, async () => {
      const { body, contentType, status, isCut } = await this.#fetch(url);
      if (status !== 200) throw refusal('bad-request', 'knowledge-link', { values: { what: `status ${status}` } });
      if (isCut) throw refusal('too-large', 'knowledge-long');
      return await this.#read(owner, { name: '', contentType, url }, body);
    });
  }

  #read(owner: Owner, file: NamedFile, bytes: Buffer): Promise<KnowledgeSource> {
    return this.#places.read(async () => {
      const read = await readSource(bytes, file);
      return await this.#store(owner, { ...read, name: nameOf(file, read.title), url: file.url ?? null });
    });
  }

  async remove(projectId: string, avatarId: string, sourceId: string): Promise<void> {
    const known = (await this.list(projectId, avatarId)).some((source) => source.sourceId === sourceId);
    if (!known) throw notFound('source');
    await this.#options.db.orm.delete(knowledgeSources).where(eq(knowledgeSources.id, sourceId));
    this.#indexes.forget(avatarId);
    this.#options.meaning?.embeddings.forget(avatarId);
  }

  /** A tool by which any voice looks things up; none where there is nothing to look in. */
  async of({ avatar: { avatarId } }: ToolTalk): Promise<readonly ServerTool[]> {
    const { orm } = this.#options.db;
    const rows = await orm
      .select({ name: knowledgeSources.name })
      .from(knowledgeSources)
      .where(eq(knowledgeSources.avatarId, avatarId))
      .orderBy(asc(knowledgeSources.ordinal));
    if (rows.length === 0) return [];
    const names = rows.map(({ name }) => name);
    const definition = {
      name: 'search_knowledge',
      description: `Looks things up in the documents you were given: ${names.join('; ').slice(0, 2000)}. Search before you answer anything that may stand there, and say where it stands. Passages come with their source and page.`,
      parameters: {
        type: 'object',
        properties: { query: { type: 'string', description: 'The words to look for.' } },
        required: ['query'],
      },
      serverWaitMs: 10_000,
    };
    const run: ServerTool['run'] = async ({ argumentsJson }): Promise<ToolAnswer> => {
      const { query } = JSON.parse(argumentsJson) as { query?: unknown };
      const found = await this.find(avatarId, typeof query === 'string' ? query : '');
      const output = JSON.stringify(found.length > 0 ? { found } : { found, note: 'Nothing.' });
      return {
        isAnswered: true,
        output,
        sources: found.map(({ source, page, part }) => ({ source, page: page ?? null, part })),
      };
    };
    return [{ definition, run }];
  }

  /**
   * What the avatar's documents say of words of a talk, given with them to whoever answers: little, and nothing where they fit
   * nothing. Null: it has no documents. The index is there when the first words are.
   */
  async lookUpOf({ avatar: { avatarId } }: Pick<ToolTalk, 'avatar'>): Promise<LookUp | null> {
    const { sources, ...asked } = await this.#extent(avatarId);
    if (sources === 0) return null;
    void this.#indexes.of(asked).catch(() => {});
    return async (words) => {
      let room = FITTING_CHARACTERS;
      const found = await this.#look(avatarId, words, { isFitting: true, count: FITTING });
      return found
        .map(({ source, page, part, text }) => ({ source, page, part, text }))
        .filter(({ text }) => {
          room -= text.length;
          return room >= 0;
        });
    };
  }

  /** The passages that fit best. */
  async find(avatarId: string, query: string) {
    const found = await this.#look(avatarId, query, { isFitting: false, count: FOUND });
    return found.map(({ source, page, part, text }) => ({ source, ...(page && { page }), part, text }));
  }

  /** By words and, where a service tells it, by what they mean. */
  async #look(avatarId: string, words: string, { isFitting, count }: { isFitting: boolean; count: number }) {
    const extent = await this.#extent(avatarId);
    const means = this.#meaningOf(extent, words);
    const index = await this.#indexes.of(extent);
    const byWords = await (isFitting ? index.findFitting(words, RANKED) : index.find(words, RANKED));
    const meaning = await (isFitting ? Promise.race([means, delay(MEANING_IN_TALK_MS, null)]) : means);
    if (meaning === null) return byWords.slice(0, count);
    const { vector, vectors } = meaning;
    const byMeaning = isFitting ? vectors.outstanding(vector, RANKED) : vectors.nearest(vector, RANKED);
    return index.at(fuseRanks([byWords.map(({ id }) => id), byMeaning], count));
  }

  /** Null: words alone decide. */
  async #meaningOf({ avatarId, version }: { avatarId: string; version: string }, words: string) {
    const { meaning } = this.#options;
    if (meaning === undefined) return null;
    try {
      const [vector, vectors] = await Promise.all([
        meaning.embeddings.ofQuestion(words),
        meaning.embeddings.indexOf(avatarId, version),
      ]);
      return vector === null ? null : { vector, vectors };
    } catch {
      // Words are looked up in the same database, whose failure is told there.
      return null;
    }
  }

  /** How much an avatar has to look in, and which version of it. */
  async #extent(avatarId: string) {
    const { rows } = await this.#options.db.orm.execute<{ sources: number; version: string; characters: number }>(
      sql`select count(*)::integer as sources, count(*) || '-' || coalesce(max(ordinal), 0) as version,
          coalesce(sum(characters), 0)::integer as characters
          from ${knowledgeSources} where avatar_id = ${avatarId}`,
    );
    return { avatarId, ...(rows[0] ?? { sources: 0, version: '', characters: 0 }) };
  }

  async #passages(avatarId: string) {
    const passages = await this.#options.db.orm
      .select({
        source: knowledgeSources.name,
        page: knowledgePassages.page,
        part: sql<number>`${knowledgePassages.no} + 1`,
        text: knowledgePassages.text,
      })
      .from(knowledgePassages)
      .innerJoin(knowledgeSources, eq(knowledgeSources.id, knowledgePassages.sourceId))
      .where(eq(knowledgeSources.avatarId, avatarId))
      .orderBy(asc(knowledgeSources.ordinal), asc(knowledgePassages.no));
    return passages.map((passage, id) => ({ ...passage, id }));
  }

  async #store(
    { projectId, avatarId }: Owner,
    source: Awaited<ReturnType<typeof readSource>> & { name: string; url: string | null },
  ): Promise<KnowledgeSource> {
    const { kind, characters, pages, name, url } = source;
    const passages = passagesOf(pages).map(({ page, text }) => ({ page, text: text.replaceAll('\u0000', '') }));
    const textBytes = passages.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    const id = newPublicId();
    const limit = LIMITS.counts.knowledgeSources;
    await alone(this.#options.db, { what: 'project', id: projectId }, async (transaction) => {
      if ((await transaction.$count(knowledgeSources, eq(knowledgeSources.avatarId, avatarId))) >= limit) {
        throw quotaReached('knowledge-full', limit);
      }
      const held = await numberOf(
        transaction,
        sql`select coalesce(sum(characters), 0) from ${knowledgeSources} where avatar_id = ${avatarId}`,
      );
      if (held + characters > CHARACTERS_PER_AVATAR)
        throw quotaReached('knowledge-avatar-full', CHARACTERS_PER_AVATAR / 1_000_000);
      const used = await numberOf(
        transaction,
        sql`select coalesce(sum(text_bytes), 0) from ${knowledgeSources} join ${avatars} on avatars.id = avatar_id
            where project_id = ${projectId}`,
      );
      if (used + textBytes > bytesOfMb(TEXT_MB_PER_PROJECT))
        throw quotaReached('knowledge-texts-full', TEXT_MB_PER_PROJECT);
      const pageCount = kind === 'pdf' ? pages.length : null;
      await transaction
        .insert(knowledgeSources)
        .values({ id, avatarId, name, kind, url, pages: pageCount, characters, textBytes });
      for (let from = 0; from < passages.length; from += ROWS_AT_ONCE) {
        const rows = passages.slice(from, from + ROWS_AT_ONCE);
        await transaction
          .insert(knowledgePassages)
          .values(rows.map((passage, place) => ({ ...passage, sourceId: id, no: from + place })));
      }
    });
    const stored = (await this.list(projectId, avatarId)).find(({ sourceId }) => sourceId === id);
    if (stored === undefined) throw notFound('source');
    this.#options.meaning?.onStored(avatarId);
    return stored;
  }

  async #fetch(url: string) {
    try {
      const maxBytes = LIMITS.bytes.knowledgeFile;
      return await this.#options.fetch({ url, method: 'GET', timeoutMs: FETCH_MS, maxBytes, maxRedirects: 3 });
    } catch (error) {
      throw refusal('bad-request', 'knowledge-link', { values: { what: faultOf(error) } });
    }
  }
}

/** What people call a source: its file, its title, or its address. */
function nameOf({ name, url }: NamedFile, title: string): string {
  const plain = (name || title || url || '').replace(/\p{Cc}/gu, ' ').trim();
  return plain.slice(0, LIMITS.characters.word) || 'text';
}

function toSource(row: typeof knowledgeSources.$inferSelect & { readonly passages: number }): KnowledgeSource {
  const { id, name, kind, url, pages, characters, passages, createdAt } = row;
  return { sourceId: id, name, kind, url, pages, characters, passages, createdAt };
}
