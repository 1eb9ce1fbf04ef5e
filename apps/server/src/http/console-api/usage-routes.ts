import {
  grantPointsSchema,
  ledgerEntrySchema,
  pageOf,
  pageQuerySchema,
  projectParamsSchema,
  setWalletSchema,
  usageQuerySchema,
  usageSchema,
  walletSchema,
} from '@visavis/protocol/rest';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import { ControlError } from '../../control/control-error.ts';
import { newPublicId } from '../../control/ids.ts';
import type { Ledger, Wallet } from '../../control/usage/ledger.ts';
import { toPoints, toThousandths } from '../../control/usage/points.ts';
import { FOR } from '../access/access.ts';
import { projectOf } from '../access/principal.ts';
import { readCursor } from './cursor.ts';
import { actorOf, type ConsoleScope } from './session.ts';

export type UsageRouteDependencies = {
  readonly ledger: Ledger;
  readonly pointsPerMinute: number;
  readonly audit: AuditLog;
};

const DAY_MS = 24 * 3600 * 1000;
const MAX_DAYS = 400;

export function registerUsageRoutes(scope: ConsoleScope, dependencies: UsageRouteDependencies): void {
  const { ledger, pointsPerMinute } = dependencies;
  const tags = ['Usage'];
  const params = projectParamsSchema;

  scope.get(
    '/projects/:projectId/usage',
    {
      config: FOR.member,
      schema: {
        ...{ tags, summary: 'Calls, time and points per day and key', params },
        querystring: usageQuerySchema,
        response: { 200: usageSchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { from = dayBefore(29), to = dayBefore(0) } = request.query;
      if (Date.parse(to) - Date.parse(from) > MAX_DAYS * DAY_MS) {
        throw new ControlError('bad-request', `Ask for ${MAX_DAYS} days at most.`);
      }
      const days = await ledger.days(projectId, { from, to });
      return { from, to, days: days.map(toDay) };
    },
  );

  scope.get(
    '/projects/:projectId/wallet',
    { config: FOR.member, schema: { tags, summary: 'Points that are left', params, response: { 200: walletSchema } } },
    async (request) => {
      const { projectId } = projectOf(request);
      return toWallet(await ledger.wallet(projectId), pointsPerMinute);
    },
  );

  scope.get(
    '/projects/:projectId/ledger',
    {
      config: FOR.member,
      schema: {
        ...{ tags, summary: 'Every change of the points; newest first', params },
        querystring: pageQuerySchema,
        response: { 200: pageOf(ledgerEntrySchema) },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { limit, cursor } = request.query;
      const page = await ledger.entries(projectId, { limit, ...readCursor(cursor) });
      const items = page.entries.map(toEntry);
      const last = items.at(-1);
      return { items, nextCursor: page.hasMore && last !== undefined ? String(last.entryId) : null };
    },
  );
}

/** For operators, who are members of the project. */
export function registerPointRoutes(scope: ConsoleScope, dependencies: UsageRouteDependencies): void {
  const { ledger, pointsPerMinute, audit } = dependencies;
  const tags = ['Usage'];
  const params = projectParamsSchema;

  scope.post(
    '/projects/:projectId/points',
    {
      config: FOR.operatorOfProject,
      schema: {
        ...{ tags, summary: 'Give points; for operators', params },
        body: grantPointsSchema,
        response: { 200: walletSchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { points, note } = request.body;
      const id = newPublicId();
      const wallet = await ledger.grant(projectId, toThousandths(points), { id, note });
      await audit.write(actorOf(request), { action: 'points.granted', projectId, subjectId: id, detail: { points } });
      return toWallet(wallet, pointsPerMinute);
    },
  );

  scope.put(
    '/projects/:projectId/wallet',
    {
      config: FOR.operatorOfProject,
      schema: {
        ...{ tags, summary: 'Limit the points of a project, or not; for operators', params },
        body: setWalletSchema,
        response: { 200: walletSchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { isUnlimited } = request.body;
      const wallet = await ledger.setUnlimited(projectId, isUnlimited);
      await audit.write(actorOf(request), { action: 'points.limited', projectId, detail: { isUnlimited } });
      return toWallet(wallet, pointsPerMinute);
    },
  );
}

function dayBefore(days: number): string {
  return new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
}

function toWallet({ balance, isUnlimited }: Wallet, pointsPerMinute: number) {
  return { balance: toPoints(balance), isUnlimited, pointsPerMinute };
}

function toDay({ day, licenceId, calls, callMs, generatedMs, charged }: Awaited<ReturnType<Ledger['days']>>[number]) {
  const [callSeconds, generatedSeconds] = [callMs / 1000, generatedMs / 1000];
  return { day, licenceId, calls, callSeconds, generatedSeconds, points: toPoints(charged) };
}

function toEntry(entry: Awaited<ReturnType<Ledger['entries']>>['entries'][number]) {
  const { ordinal, at, kind, amount, durationMs, licenceId, sourceId, note } = entry;
  return {
    ...{ entryId: ordinal, at: at.toISOString(), kind, points: toPoints(amount) },
    ...{ seconds: durationMs / 1000, licenceId, sourceId, note },
  };
}
