import { sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import type { callbackSecrets } from '../../db/usage-schema.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { newWebhookSecret } from './webhook-signature.ts';

/** What signs posts to addresses that a project names: one secret for each use, made when it is first wanted. */
export class ProjectSecrets {
  readonly #table: typeof callbackSecrets;
  readonly #orm: Database['orm'];
  readonly #box: SecretBox;

  constructor(table: typeof callbackSecrets, { orm }: Pick<Database, 'orm'>, box: SecretBox) {
    this.#table = table;
    this.#orm = orm;
    this.#box = box;
  }

  async get(projectId: string): Promise<string> {
    const fresh = this.#fresh(projectId);
    // A row that is there already stays as it is, and is given back.
    const [row] = await this.#orm
      .insert(this.#table)
      .values(fresh)
      .onConflictDoUpdate({ target: this.#table.projectId, set: { updatedAt: sql`${this.#table.updatedAt}` } })
      .returning();
    const { secretEncrypted: bytes, encryptionKeyId: keyId } = row ?? fresh;
    return this.#box.open({ bytes, keyId }, projectId);
  }

  /** From now on another one signs, also what waits already. */
  async renew(projectId: string): Promise<string> {
    const { projectId: target, ...secret } = this.#fresh(projectId);
    await this.#orm
      .insert(this.#table)
      .values({ projectId, ...secret })
      .onConflictDoUpdate({ target: this.#table.projectId, set: { ...secret, updatedAt: sql`now()` } });
    return this.get(target);
  }

  #fresh(projectId: string) {
    const sealed = this.#box.seal(newWebhookSecret(), projectId);
    return { projectId, secretEncrypted: sealed.bytes, encryptionKeyId: sealed.keyId };
  }
}
