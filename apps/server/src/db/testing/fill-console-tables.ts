import {
  attempts,
  auditEntries,
  authAccounts,
  authSessions,
  authVerifications,
  loginPlaces,
  projectInvitations,
  projectMembers,
  users,
} from '../account-schema.ts';
import { knowledgePassages, knowledgeSources, mcpServers } from '../avatar-parts-schema.ts';
import type { Database } from '../database.ts';
import { films } from '../film-schema.ts';
import { avatarJobs, uploadLinks, uploads } from '../making-schema.ts';
import { avatars } from '../schema.ts';
import {
  browserTokens,
  callbackSecrets,
  callSlots,
  ledgerEntries,
  toolSecrets,
  usageDays,
  wallets,
  webhookDeliveries,
  webhooks,
} from '../usage-schema.ts';
import { voiceKeys } from '../voice-schema.ts';

/** One row in each table of accounts, usage and webhooks. */
export async function fillConsoleTables(
  { orm }: Database,
  { projectId, licenceId }: { projectId: string; licenceId: string },
): Promise<void> {
  const id = (digit: string) => digit.repeat(32);
  const userId = id('a');
  const expiresAt = new Date('2030-01-01T00:00:00.001Z');
  await orm.insert(users).values({ id: userId, email: 'mia@example.org', name: 'Mia "ü"', isFounder: true });
  await orm.insert(authSessions).values({ id: id('b'), userId, token: 't', expiresAt });
  await orm.insert(authAccounts).values({ id: id('c'), userId, accountId: userId, providerId: 'credential' });
  await orm.insert(authVerifications).values({ id: id('d'), identifier: 'i', value: userId, expiresAt });
  await orm.insert(attempts).values({ key: 'login:x', count: 2, windowEndsAt: expiresAt });
  await orm.insert(loginPlaces).values({ userId, place: 'device:x', expiresAt });
  await orm.insert(projectMembers).values({ projectId, userId, role: 'owner' });
  const invitation = { id: id('7'), projectId, secretHash: Buffer.from([7]), role: 'viewer' as const, expiresAt };
  await orm.insert(projectInvitations).values({ ...invitation, email: 'leo@example.org', invitedBy: userId });
  await orm.insert(auditEntries).values({ userId, action: 'user.registered', detail: { list: [1, null] } });
  await orm.insert(callSlots).values({ licenceId, no: 1 });
  await orm
    .insert(browserTokens)
    .values({ id: id('e'), tokenHash: Buffer.from([0, 255]), licenceId, userId, expiresAt });
  await orm.insert(wallets).values({ projectId, isUnlimited: false, balance: 9_007_199_254_740_991 });
  await orm.insert(ledgerEntries).values({ projectId, kind: 'grant', amount: 7, sourceId: 'grant', seq: 0 });
  await orm.insert(usageDays).values({ projectId, licenceId, day: '2024-02-29', callMs: 12 });
  await orm.insert(webhooks).values({
    id: id('f'),
    projectId,
    kind: 'message',
    url: 'https://hooks.example/',
    secretEncrypted: Buffer.from([1, 0, 2]),
    encryptionKeyId: 'abc',
  });
  const sealed = { secretEncrypted: Buffer.from([3, 0, 4]), encryptionKeyId: 'abc' };
  await orm.insert(callbackSecrets).values({ projectId, ...sealed });
  await orm.insert(toolSecrets).values({ projectId, ...sealed });
  await orm.insert(voiceKeys).values({
    id: id('9'),
    projectId,
    name: 'Mind',
    origin: 'https://api.groq.com',
    endsIn: 'a7Zq',
    keyEncrypted: Buffer.from([5, 0, 6]),
    encryptionKeyId: 'abc',
  });
  const attempt = { at: expiresAt.toISOString(), status: null, error: 'none', durationMs: 1 };
  await orm
    .insert(webhookDeliveries)
    .values({ id: id('9'), webhookId: id('f'), projectId, event: 'test', body: '{}', attempts: [attempt] });
  const upload = { id: id('8'), projectId, kind: 'picture' as const, file: 'a.jpg', sizeBytes: 30_000_000 };
  await orm.insert(uploads).values(upload);
  const request = { picture: { kind: 'avatar', avatarId: id('1') }, sound: { kind: 'data' }, options: {} } as const;
  await orm.insert(films).values({ id: id('6'), projectId, licenceId, request, attemptsLeft: 3 });
  const file = { kind: 'sound' as const, format: 'mp3', sha256: 'a'.repeat(64), sizeBytes: 7 };
  await orm.insert(uploadLinks).values({ ...file, id: id('6'), projectId, name: 'Grüße.mp3', expiresAt });
  const [avatar] = await orm.select({ avatarId: avatars.id }).from(avatars).limit(1);
  if (avatar !== undefined)
    await orm.insert(avatarJobs).values({ ...avatar, url: 'https://x.example/', attemptsLeft: 2 });
  if (avatar !== undefined) {
    const mcpServer = {
      id: id('5'),
      name: 'harbour',
      url: 'https://mcp.example/',
      timeoutMs: 9000,
      allowedTools: ['a'],
    };
    const headers = { headersEncrypted: Buffer.from([5, 0, 6]), encryptionKeyId: 'abc' };
    await orm.insert(mcpServers).values({ ...avatar, ...mcpServer, ...headers });
    const source = { id: id('4'), name: 'a.pdf', kind: 'pdf' as const, pages: 1, characters: 2, textBytes: 2 };
    await orm.insert(knowledgeSources).values({ ...avatar, ...source });
    await orm
      .insert(knowledgePassages)
      .values({ sourceId: id('4'), no: 0, page: 1, text: 'ü', embedding: Buffer.from([1, 255]) });
  }
}
