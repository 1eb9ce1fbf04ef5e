import { DAY_MS, LIMITS } from '@visavis/protocol';
import {
  grantPointsSchema,
  ledgerEntrySchema,
  ledgerSumQuerySchema,
  ledgerSumSchema,
  pageOf,
  pageQuerySchema,
  projectParamsSchema,
  setWalletSchema,
  usageQuerySchema,
  usageSchema,
  walletSchema,
} from '@visavis/protocol/rest';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import { refusal } from '../../control/control-error.ts';
import { newPublicId } from '../../control/ids.ts';
import type { Ledger, Wallet } from '../../control/usage/ledger.ts';
import { toPoints, toThousandths } from '../../control/usage/points.ts';
import type { DayRange, LedgerSum, UsageReports, UsageSum } from '../../control/usage/usage-reports.ts';
import { FOR } from '../access/access.ts';
import { projectOf } from '../access/principal.ts';
import { readCursor } from './cursor.ts';
import { given } from './given.ts';
import { actorOf, type ConsoleScope } from './session.ts';

export type UsageRouteDependencies = {
  readonly ledger: Ledger;
  readonly usageReports: UsageReports;
  readonly pointsPerMinute: number;
  readonly audit: AuditLog;
};

const MAX_DAYS = LIMITS.counts.usageDays;

export function registerUsageRoutes(scope: ConsoleScope, dependencies: UsageRouteDependencies): void {
  const { ledger, usageReports, pointsPerMinute } = dependencies;
  const tags = ['Usage'];
  const params = projectParamsSchema;

  scope.get(
    '/projects/:projectId/usage',
    {
      config: FOR.viewer,
      schema: {
        tags,
        summary: 'Calls, time and points per day and key, and per avatar',
        params,
        querystring: usageQuerySchema,
        response: { 200: usageSchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { from, to, ...only } = request.query;
      const range = readRange({ from, to });
      const filter = { ...range, ...given(only) };
      const days = await usageReports.days(projectId, filter);
      const avatars = await usageReports.avatars(projectId, filter);
      return {
        ...range,
        days: days.map(({ day, licenceId, ...sum }) => ({ day, licenceId, ...toSum(sum) })),
        avatars: avatars.map(({ avatarId, avatarName, ...sum }) => ({ avatarId, avatarName, ...toSum(sum) })),
      };
    },
  );

  scope.get(
    '/projects/:projectId/wallet',
    { config: FOR.viewer, schema: { tags, summary: 'Points that are left', params, response: { 200: walletSchema } } },
    async (request) => {
      const { projectId } = projectOf(request);
      return toWallet(await ledger.wallet(projectId), pointsPerMinute);
    },
  );

  scope.get(
    '/projects/:projectId/ledger',
    {
      config: FOR.viewer,
      schema: {
        tags,
        summary: 'Every change of the points; newest first',
        params,
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

export function registerLedgerSumRoute(scope: ConsoleScope, { usageReports }: UsageRouteDependencies): void {
  scope.get(
    '/projects/:projectId/ledger/sums',
    {
      config: { ...FOR.viewer, readsMuch: true },
      schema: {
        tags: ['Usage'],
        summary: 'The ledger with one entry for each call; newest first',
        params: projectParamsSchema,
        querystring: ledgerSumQuerySchema,
        response: { 200: pageOf(ledgerSumSchema) },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { limit, cursor, from, to } = request.query;
      const range = readRange({ from, to });
      const page = await usageReports.ledgerSums(projectId, { ...range, limit, ...readCursor(cursor) });
      const last = page.sums.at(-1);
      return {
        items: page.sums.map(toLedgerSum),
        nextCursor: page.hasMore && last !== undefined ? String(last.ordinal) : null,
      };
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
        tags,
        summary: 'Give points; for operators',
        params,
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
        tags,
        summary: 'Limit the points of a project, or not; for operators',
        params,
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

/** The last 30 days where nothing else is asked for. */
function readRange({ from, to = dayOf(Date.now()) }: { from?: string | undefined; to?: string | undefined }): DayRange {
  const first = from ?? dayOf(Date.parse(to) - 29 * DAY_MS);
  if (Date.parse(to) - Date.parse(first) >= MAX_DAYS * DAY_MS) {
    throw refusal('bad-request', 'too-many-days', { values: { limit: MAX_DAYS } });
  }
  return { from: first, to };
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

function toWallet({ balance, isUnlimited }: Wallet, pointsPerMinute: number) {
  return { balance: toPoints(balance), isUnlimited, pointsPerMinute };
}

function toSum({ calls, callMs, generatedMs, charged }: UsageSum) {
  return { calls, callSeconds: callMs / 1000, generatedSeconds: generatedMs / 1000, points: toPoints(charged) };
}

function toLedgerSum({ ordinal, at, amount, durationMs, ...rest }: LedgerSum) {
  return { entryId: ordinal, at: at.toISOString(), points: toPoints(amount), seconds: durationMs / 1000, ...rest };
}

function toEntry(entry: Awaited<ReturnType<Ledger['entries']>>['entries'][number]) {
  const { ordinal, at, kind, amount, durationMs, licenceId, sourceId, note } = entry;
  return {
    entryId: ordinal,
    at: at.toISOString(),
    kind,
    points: toPoints(amount),
    seconds: durationMs / 1000,
    licenceId,
    sourceId,
    note,
  };
}
