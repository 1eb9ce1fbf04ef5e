import { expect, it } from 'vitest';
import { auditKindOf, noAuditFilter, queryOfAudit } from './audit-filter.ts';

it('asks for whole days of the browser, the last one included', () => {
  const query = queryOfAudit({ ...noAuditFilter, from: '2026-01-31', to: '2026-01-31' });
  expect(query).toEqual({
    userId: null,
    kind: null,
    from: new Date(2026, 0, 31).toISOString(),
    to: new Date(2026, 1, 1).toISOString(),
  });
  expect(queryOfAudit(noAuditFilter)).toEqual({ userId: null, kind: null, from: null, to: null });
});

it('knows the kinds that the server knows', () => {
  expect([auditKindOf('member'), auditKindOf('other'), auditKindOf(null)]).toEqual(['member', null, null]);
});
