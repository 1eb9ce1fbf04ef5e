import { type FindAddresses, PrivateHostError, whyForbidden } from '@visavis/protocol/address-guard';
import { and, asc, desc, eq, getTableColumns, lt, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { type DeliveryAttempt, webhookDeliveries, webhooks } from '../../db/usage-schema.ts';
import { notFound, refusal } from '../control-error.ts';
import type { OnBound } from '../fairness/bounds.ts';
import { newPublicId } from '../ids.ts';
import { alone, type Quotas, quotaReached } from '../quotas/quotas.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import { newWebhookSecret } from './webhook-signature.ts';

export type WebhookKind = 'message' | 'session';

export type Webhook = {
  readonly webhookId: string;
  readonly kind: WebhookKind;
  readonly url: string;
  readonly isEnabled: boolean;
  readonly createdAt: Date;
};

export type Delivery = {
  readonly deliveryId: string;
  readonly ordinal: number;
  readonly event: string;
  /** In lists only how it begins. */
  readonly body: string;
  /** Characters of the whole body. */
  readonly bodyLength: number;
  readonly state: 'waiting' | 'running' | 'delivered' | 'failed';
  readonly attempts: readonly DeliveryAttempt[];
  /** When it is tried next; null when it is not. */
  readonly nextAttemptAt: Date | null;
  readonly createdAt: Date;
  readonly deliveredAt: Date | null;
};

/** Deliveries between two looks at how long a project's queue is. */
const LOOK_EVERY = 100;
const MAX_REMEMBERED = 10_000;
/** Of each body, in lists. */
const LISTED_CHARACTERS = 2_000;

const columns = {
  webhookId: webhooks.id,
  kind: webhooks.kind,
  url: webhooks.url,
  isEnabled: webhooks.isEnabled,
  createdAt: webhooks.createdAt,
};

export type WebhooksOptions = {
  readonly db: Pick<Database, 'orm' | 'pool'>;
  readonly box: SecretBox;
  readonly quotas: Pick<Quotas, 'webhooksPerProject'>;
  /** As those who post find them: what it may not post to is refused when it is saved. */
  readonly findAddresses: FindAddresses;
  readonly onBound?: OnBound;
  /** A delivery of this project was put into the queue. */
  readonly onQueued?: (projectId: string) => void;
};

/** Where a project wants its events posted. Callers have checked the project. */
export class Webhooks {
  readonly #options: WebhooksOptions;
  readonly #orm: Database['orm'];
  readonly #box: SecretBox;
  readonly #queue: DeliveryQueue;
  readonly #addedByProject = new Map<string, number>();

  constructor(options: WebhooksOptions) {
    this.#options = options;
    this.#orm = options.db.orm;
    this.#box = options.box;
    this.#queue = new DeliveryQueue(options.db);
  }

  list(projectId: string): Promise<Webhook[]> {
    return this.#orm
      .select(columns)
      .from(webhooks)
      .where(eq(webhooks.projectId, projectId))
      .orderBy(asc(webhooks.ordinal));
  }

  async get(projectId: string, webhookId: string): Promise<Webhook> {
    const [row] = await this.#orm.select(columns).from(webhooks).where(isOwn(projectId, webhookId));
    if (row === undefined) throw notFound('webhook');
    return row;
  }

  /** `secret` verifies what is posted; it can be shown again. */
  async create(projectId: string, wanted: { kind: WebhookKind; url: string }): Promise<Webhook & { secret: string }> {
    await this.#requireAllowed(wanted.url);
    const id = newPublicId();
    const secret = newWebhookSecret();
    const sealed = this.#box.seal(secret, id);
    const row = { ...wanted, id, projectId, secretEncrypted: sealed.bytes, encryptionKeyId: sealed.keyId };
    const { webhooksPerProject } = this.#options.quotas;
    await alone({ orm: this.#orm }, { what: 'project', id: projectId }, async (transaction) => {
      if ((await transaction.$count(webhooks, eq(webhooks.projectId, projectId))) >= webhooksPerProject) {
        throw quotaReached('webhooks-full', webhooksPerProject);
      }
      await transaction.insert(webhooks).values(row);
    });
    return { ...(await this.get(projectId, id)), secret };
  }

  async update(
    projectId: string,
    webhookId: string,
    changes: { kind?: WebhookKind; url?: string; isEnabled?: boolean },
  ): Promise<Webhook> {
    const { url } = await this.get(projectId, webhookId);
    if (changes.url !== undefined && changes.url !== url) await this.#requireAllowed(changes.url);
    await this.#orm
      .update(webhooks)
      .set({ ...changes, updatedAt: sql`now()` })
      .where(isOwn(projectId, webhookId));
    return this.get(projectId, webhookId);
  }

  async remove(projectId: string, webhookId: string): Promise<void> {
    await this.get(projectId, webhookId);
    await this.#orm.delete(webhooks).where(isOwn(projectId, webhookId));
  }

  async revealSecret(projectId: string, webhookId: string): Promise<string> {
    const [row] = await this.#orm
      .select({ bytes: webhooks.secretEncrypted, keyId: webhooks.encryptionKeyId })
      .from(webhooks)
      .where(isOwn(projectId, webhookId));
    if (row === undefined) throw notFound('webhook');
    return this.#box.open(row, webhookId);
  }

  /** Newest first. */
  async deliveries(
    projectId: string,
    webhookId: string,
    { limit, before }: { limit: number; before?: number },
  ): Promise<{ deliveries: Delivery[]; hasMore: boolean }> {
    await this.get(projectId, webhookId);
    const rows = await this.#orm
      .select({
        ...getTableColumns(webhookDeliveries),
        body: sql<string>`left(${webhookDeliveries.body}, ${LISTED_CHARACTERS}::int)`,
        bodyLength: sql<number>`length(${webhookDeliveries.body})`.mapWith(Number),
      })
      .from(webhookDeliveries)
      .where(
        and(
          eq(webhookDeliveries.webhookId, webhookId),
          before === undefined ? undefined : lt(webhookDeliveries.ordinal, before),
        ),
      )
      .orderBy(desc(webhookDeliveries.ordinal))
      .limit(limit + 1);
    return { deliveries: rows.slice(0, limit).map(toDelivery), hasMore: rows.length > limit };
  }

  async delivery(projectId: string, webhookId: string, deliveryId: string): Promise<Delivery> {
    await this.get(projectId, webhookId);
    const [row] = await this.#orm
      .select()
      .from(webhookDeliveries)
      .where(and(eq(webhookDeliveries.id, deliveryId), eq(webhookDeliveries.webhookId, webhookId)));
    if (row === undefined) throw notFound('delivery');
    return toDelivery(row);
  }

  /** Posts the same body once more, as a delivery of its own. */
  async resend(projectId: string, webhookId: string, deliveryId: string): Promise<Delivery> {
    const { event, body } = await this.delivery(projectId, webhookId, deliveryId);
    return this.enqueue(projectId, webhookId, { event, body });
  }

  async enqueue(projectId: string, webhookId: string, post: { event: string; body: string }): Promise<Delivery> {
    await this.get(projectId, webhookId);
    const [row] = await this.#orm
      .insert(webhookDeliveries)
      .values({ id: newPublicId(), webhookId, projectId, ...post })
      .returning();
    if (row === undefined) throw new Error('the delivery was not stored');
    await this.queued(projectId, 1);
    return toDelivery(row);
  }

  /** One delivery for each enabled webhook of this kind; says how many. */
  async enqueueForAll(projectId: string, kind: WebhookKind, post: { event: string; body: string }): Promise<number> {
    const { rowCount } = await this.#orm.execute(sql`
      insert into ${webhookDeliveries} (id, webhook_id, project_id, event, body)
      select replace(gen_random_uuid()::text, '-', ''), id, project_id, ${post.event}, ${post.body} from ${webhooks}
      where project_id = ${projectId} and kind = ${kind} and is_enabled
      order by ordinal`);
    await this.queued(projectId, rowCount ?? 0);
    return rowCount ?? 0;
  }

  async #requireAllowed(url: string): Promise<void> {
    const why = await whyForbidden(this.#options.findAddresses, url);
    if (why === null) return;
    if (!(why instanceof PrivateHostError)) throw refusal('bad-request', 'address-with-password', { field: 'url' });
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    throw refusal('bad-request', 'private-webhook', { values: { host }, field: 'url' });
  }

  /** To be called after deliveries were queued. Looks at the queue of a project once for every so many that this node puts into it. */
  async queued(projectId: string, added: number): Promise<void> {
    if (added > 0) this.#options.onQueued?.(projectId);
    const count = (this.#addedByProject.get(projectId) ?? 0) + added;
    if (count < LOOK_EVERY) {
      if (this.#addedByProject.size > MAX_REMEMBERED) this.#addedByProject.clear();
      this.#addedByProject.set(projectId, count);
      return;
    }
    this.#addedByProject.delete(projectId);
    const dropped = await this.#queue.dropOldest(projectId);
    if (dropped > 0) this.#options.onBound?.('webhook queue', { projectId, dropped });
  }

  async hasEnabled(projectId: string, kind: WebhookKind): Promise<boolean> {
    const rows = await this.#orm
      .select({ id: webhooks.id })
      .from(webhooks)
      .where(and(eq(webhooks.projectId, projectId), eq(webhooks.kind, kind), eq(webhooks.isEnabled, true)))
      .limit(1);
    return rows.length > 0;
  }
}

function isOwn(projectId: string, webhookId: string) {
  return and(eq(webhooks.id, webhookId), eq(webhooks.projectId, projectId));
}

function toDelivery(row: typeof webhookDeliveries.$inferSelect & { readonly bodyLength?: number }): Delivery {
  const { id, ordinal, event, body, state, attempts, dueAt, createdAt, deliveredAt } = row;
  const nextAttemptAt = state === 'waiting' ? dueAt : null;
  const { bodyLength = body.length } = row;
  return { deliveryId: id, ordinal, event, body, bodyLength, state, attempts, nextAttemptAt, createdAt, deliveredAt };
}
