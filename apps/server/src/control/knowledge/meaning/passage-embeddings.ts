import { asc, eq, sql } from 'drizzle-orm';
import { knowledgePassages, knowledgeSources } from '../../../db/avatar-parts-schema.ts';
import type { Database } from '../../../db/database.ts';
import { errorMessage } from '../../../error-message.ts';
import type { ControlLogger } from '../../logger.ts';
import { type Kept, KeptByAvatar } from '../kept-by-avatar.ts';
import type { EmbeddingsService } from './embeddings-service.ts';
import { UnfitTextError, VectorIndex } from './vectors.ts';

export type PassageEmbeddingsOptions = {
  readonly db: Pick<Database, 'orm'>;
  readonly service: EmbeddingsService;
  readonly logger: ControlLogger;
  /** How long a question waits for its vector; 400 ms when left out. */
  readonly questionMs?: number;
};

/** Texts that are embedded at once. */
const BATCH = 32;
const BATCH_MS = 60_000;
const QUESTION_MS = 400;
/** So long after a failure no question waits for the service. */
const REST_MS = 10_000;
/** Of a question; models read little more at once. */
const QUESTION_CHARACTERS = 1000;
/** Of vectors that are kept in memory. */
const KEPT_BYTES = 64_000_000;
/** While an avatar's passages are embedded, its vectors are read anew no more often. */
const FRESH_MS = 5000;
const KEPT_QUESTIONS = 64;

/** `version`: of its documents. `embedded`: how many of their passages had a vector. */
type KeptVectors = Kept<VectorIndex> & { readonly embedded: number; readonly loadedAtMs: number };

/** Vectors of passages: made in the background, stored beside their passages, and compared with those of questions. */
export class PassageEmbeddings {
  readonly #options: PassageEmbeddingsOptions;
  readonly #kept = new KeptByAvatar<VectorIndex, KeptVectors>(KEPT_BYTES);
  /** Of the last ones: the same words are looked up in a pause and at the end of a turn. */
  readonly #questions = new Map<string, Promise<Uint8Array | null>>();
  #restsUntilMs = 0;

  constructor(options: PassageEmbeddingsOptions) {
    this.#options = options;
  }

  /** Avatars with passages that have no vector of this model. */
  async waiting(): Promise<readonly string[]> {
    const { db, service } = this.#options;
    const { rows } = await db.orm.execute<{ id: string }>(sql`
      select distinct avatar_id as id from ${knowledgeSources} join ${knowledgePassages} on source_id = ${knowledgeSources.id}
      where embedding_model is distinct from ${service.model} limit 1000`);
    return rows.map(({ id }) => id);
  }

  /** Embeds some passages of an avatar. False: none is left. */
  async embedSome(avatarId: string, signal: AbortSignal): Promise<boolean> {
    const { db, service } = this.#options;
    const passages = await db.orm
      .select({ sourceId: knowledgePassages.sourceId, no: knowledgePassages.no, text: knowledgePassages.text })
      .from(knowledgePassages)
      .innerJoin(knowledgeSources, eq(knowledgeSources.id, knowledgePassages.sourceId))
      .where(
        sql`${knowledgeSources.avatarId} = ${avatarId} and ${knowledgePassages.embeddingModel} is distinct from ${service.model}`,
      )
      .orderBy(asc(knowledgeSources.ordinal), asc(knowledgePassages.no))
      .limit(BATCH);
    if (passages.length === 0) return false;
    const until = AbortSignal.any([signal, AbortSignal.timeout(BATCH_MS)]);
    const vectors = await this.#embedAll(
      passages.map(({ text }) => text),
      until,
    );
    const size = vectors.find((vector) => vector !== null)?.length ?? null;
    await db.orm.transaction(async (transaction) => {
      // The model is another one under the same name: what was made before cannot be compared.
      if (size !== null) {
        await transaction.execute(sql`
          update ${knowledgePassages} set embedding = null, embedding_model = null
          where octet_length(embedding) <> ${size} and embedding_model = ${service.model}
            and source_id in (select id from ${knowledgeSources} where avatar_id = ${avatarId})`);
      }
      for (const [index, { sourceId, no }] of passages.entries()) {
        await transaction
          .update(knowledgePassages)
          .set({ embedding: vectors[index] ?? null, embeddingModel: service.model })
          .where(sql`${knowledgePassages.sourceId} = ${sourceId} and ${knowledgePassages.no} = ${no}`);
      }
    });
    return true;
  }

  /** Null: the service makes no vector of this text; words find it. A service that takes not one of several is wrongly set. */
  async #embedAll(texts: readonly string[], signal: AbortSignal): Promise<readonly (Buffer | null)[]> {
    const { service } = this.#options;
    let refusal: unknown = null;
    const embed = async (some: readonly string[]): Promise<readonly (Buffer | null)[]> => {
      try {
        return await service.embed(some, signal);
      } catch (error) {
        if (!(error instanceof UnfitTextError)) throw error;
        refusal = error;
        if (some.length === 1) return [null];
        const half = Math.ceil(some.length / 2);
        return [...(await embed(some.slice(0, half))), ...(await embed(some.slice(half)))];
      }
    };
    const vectors = await embed(texts);
    if (texts.length > 1 && vectors.every((vector) => vector === null)) throw refusal;
    return vectors;
  }

  /** Its vector; null where the service is away or slow: then words alone decide. */
  ofQuestion(words: string): Promise<Uint8Array | null> {
    const asked = words.slice(0, QUESTION_CHARACTERS).trim();
    if (asked === '' || performance.now() < this.#restsUntilMs) return Promise.resolve(null);
    const known = this.#questions.get(asked);
    if (known !== undefined) return known;
    const vector = this.#embedQuestion(asked);
    this.#questions.set(asked, vector);
    for (const oldest of this.#questions.keys())
      if (this.#questions.size > KEPT_QUESTIONS) this.#questions.delete(oldest);
    return vector;
  }

  async #embedQuestion(asked: string): Promise<Uint8Array | null> {
    const { service, logger, questionMs = QUESTION_MS } = this.#options;
    try {
      const [vector] = await service.embed([asked], AbortSignal.timeout(questionMs));
      return vector ?? null;
    } catch (error) {
      this.#questions.delete(asked);
      this.#restsUntilMs = performance.now() + REST_MS;
      logger.warn(
        { error: errorMessage(error) },
        'A question was looked up by its words alone: it could not be embedded',
      );
      return null;
    }
  }

  /** Of an avatar's passages, in their order, `version` of them. */
  async indexOf(avatarId: string, version: string): Promise<VectorIndex> {
    const { db, service } = this.#options;
    const { rows } = await db.orm.execute<{ embedded: number }>(sql`
      select count(*)::integer as embedded from ${knowledgePassages} join ${knowledgeSources} on source_id = ${knowledgeSources.id}
      where avatar_id = ${avatarId} and embedding_model = ${service.model}`);
    const embedded = rows[0]?.embedded ?? 0;
    const known = this.#kept.use(avatarId);
    const isGood =
      known?.version === version && (known.embedded === embedded || performance.now() - known.loadedAtMs < FRESH_MS);
    return await (isGood ? known.value : this.#read(avatarId, { version, embedded }));
  }

  forget(avatarId: string): void {
    this.#kept.forget(avatarId);
  }

  #read(avatarId: string, of: Pick<KeptVectors, 'version' | 'embedded'>): Promise<VectorIndex> {
    const value = this.#load(avatarId);
    const kept: KeptVectors = { ...of, value, loadedAtMs: performance.now(), weight: 0 };
    this.#kept.keep(avatarId, kept);
    value.then(
      ({ byteLength }) => {
        kept.weight = byteLength;
        this.#kept.trim();
      },
      () => {},
    );
    return value;
  }

  async #load(avatarId: string): Promise<VectorIndex> {
    const { db, service } = this.#options;
    const passages = await db.orm
      .select({ embedding: knowledgePassages.embedding, model: knowledgePassages.embeddingModel })
      .from(knowledgePassages)
      .innerJoin(knowledgeSources, eq(knowledgeSources.id, knowledgePassages.sourceId))
      .where(eq(knowledgeSources.avatarId, avatarId))
      .orderBy(asc(knowledgeSources.ordinal), asc(knowledgePassages.no));
    return new VectorIndex(passages.map(({ embedding, model }) => (model === service.model ? embedding : null)));
  }
}
