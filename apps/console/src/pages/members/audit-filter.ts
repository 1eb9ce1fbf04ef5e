import { AUDIT_KINDS, type AuditKind } from '@visavis/protocol';
import { midnightOf } from '../../components/days.ts';

export type AuditFilter = {
  readonly userId: string | null;
  readonly kind: AuditKind | null;
  /** Days like `2026-01-31` in the browser's time zone, both included; empty: no bound. */
  readonly from: string;
  readonly to: string;
};

export const noAuditFilter: AuditFilter = { userId: null, kind: null, from: '', to: '' };

export function auditKindOf(text: string | null): AuditKind | null {
  return AUDIT_KINDS.find((kind) => kind === text) ?? null;
}

/** What the server is asked for; days become the moments at which they begin and end here. */
export function queryOfAudit({ userId, kind, from, to }: AuditFilter): Readonly<Record<string, string | null>> {
  return {
    userId,
    kind,
    from: midnightOf(from)?.toISOString() ?? null,
    to: midnightOf(to, 1)?.toISOString() ?? null,
  };
}
