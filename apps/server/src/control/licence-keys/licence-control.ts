import type { Actor, AuditLog } from '../audit/audit-log.ts';
import type { CallSlots } from '../call-slots/call-slots.ts';
import { notFound, refusal } from '../control-error.ts';
import { LINK_KEY_PREFIX, newLicenceKey } from './licence-key.ts';
import type { LicenceKey, LicenceKeys, LicenceLimits, LicenceSettings } from './licence-keys.ts';

/** What may be done to live calls of this node; other nodes learn of it when they renew their places. */
type CallControl = {
  endCallsOfLicence(licenceId: string, code: 'licence-reset'): number;
};

export type LicenceControlOptions = {
  readonly keys: LicenceKeys;
  readonly slots: Pick<CallSlots, 'takeAll'>;
  readonly calls: CallControl;
  readonly audit: AuditLog;
};

/** Licence keys with all that hangs on them: tokens, live calls, the audit log. Callers have checked the project. */
export class LicenceControl {
  readonly #options: LicenceControlOptions;

  constructor(options: LicenceControlOptions) {
    this.#options = options;
  }

  list(projectId: string): Promise<LicenceKey[]> {
    return this.#options.keys.list(projectId);
  }

  /** Null when the project has no such key in force. */
  findDigest(projectId: string, licenceId: string): Promise<string | null> {
    return this.#options.keys.digestOf(projectId, licenceId);
  }

  /** Throws `not-found` when the project has no such key in force. */
  async digestOf(projectId: string, licenceId: string): Promise<string> {
    const digest = await this.findDigest(projectId, licenceId);
    if (digest === null) throw notFound('key in force');
    return digest;
  }

  create(
    actor: Actor,
    projectId: string,
    wanted: Partial<LicenceSettings> & { name: string },
  ): Promise<LicenceKey & { key: string }> {
    return this.#create(actor, projectId, wanted);
  }

  /** The key of a talk link: it is withdrawn by `endLinks` once its tokens have expired. */
  createForLink(
    actor: Actor,
    projectId: string,
    wanted: LicenceLimits & { name: string },
  ): Promise<LicenceKey & { key: string }> {
    return this.#create(actor, projectId, { ...wanted, key: newLicenceKey(LINK_KEY_PREFIX) });
  }

  /** Withdraws the keys of links that have expired, of one project or of all; calls that still go on are not ended. */
  async endLinks(ofProjectId?: string): Promise<void> {
    for (const { projectId, licenceId } of await this.#options.keys.revokeEndedLinks(ofProjectId)) {
      const nobody = { userId: null, ipAddress: null };
      await this.#write(nobody, 'licence.revoked', projectId, licenceId, { reason: 'link-expired' });
    }
  }

  async #create(
    actor: Actor,
    projectId: string,
    wanted: Partial<LicenceSettings> & { name: string; key?: string },
  ): Promise<LicenceKey & { key: string }> {
    // What is over does not count among the keys that a project may have.
    await this.endLinks(projectId);
    const created = await this.#options.keys.create({ projectId, ...wanted });
    await this.#write(actor, 'licence.created', projectId, created.licenceId, { name: wanted.name });
    return created;
  }

  async update(
    actor: Actor,
    projectId: string,
    licenceId: string,
    changes: Partial<LicenceSettings> & { name?: string },
  ): Promise<LicenceKey> {
    const updated = await this.#options.keys.update(projectId, licenceId, changes);
    if (updated === null) throw notFound('key in force');
    await this.#write(actor, 'licence.updated', projectId, licenceId, changes);
    return updated;
  }

  /** Shows the key. The audit row is durable before the key is out. */
  async reveal(actor: Actor, projectId: string, licenceId: string): Promise<string> {
    const licence = (await this.list(projectId)).find((candidate) => candidate.licenceId === licenceId);
    if (licence === undefined) throw notFound('key');
    await this.#write(actor, 'licence.revealed', projectId, licenceId);
    const key = await this.#options.keys.reveal(projectId, licenceId);
    if (key === null) throw refusal('not-available', 'key-not-shown');
    return key;
  }

  /** The old key is refused and its calls are ended; the new one works at once. */
  async reset(actor: Actor, projectId: string, licenceId: string): Promise<{ key: string; endedCalls: number }> {
    const key = await this.#options.keys.reset(projectId, licenceId);
    if (key === null) throw notFound('key in force');
    const endedCalls = await this.#endUse(licenceId);
    await this.#write(actor, 'licence.reset', projectId, licenceId, { endedCalls });
    return { key, endedCalls };
  }

  async revoke(actor: Actor, projectId: string, licenceId: string): Promise<{ endedCalls: number }> {
    if (!(await this.#options.keys.revoke(projectId, licenceId))) throw notFound('key in force');
    const endedCalls = await this.#endUse(licenceId);
    await this.#write(actor, 'licence.revoked', projectId, licenceId, { endedCalls });
    return { endedCalls };
  }

  /** Before a project is deleted: nothing may go on talking on its keys. */
  async revokeAll(projectId: string): Promise<void> {
    for (const { licenceId } of await this.list(projectId)) {
      await this.#options.keys.revoke(projectId, licenceId);
      await this.#endUse(licenceId);
    }
  }

  async #endUse(licenceId: string): Promise<number> {
    await this.#options.slots.takeAll(licenceId);
    return this.#options.calls.endCallsOfLicence(licenceId, 'licence-reset');
  }

  #write(
    actor: Actor,
    action: string,
    projectId: string,
    subjectId: string,
    detail: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    return this.#options.audit.write(actor, { action, projectId, subjectId, detail });
  }
}
