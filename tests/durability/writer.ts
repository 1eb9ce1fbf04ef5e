// A server's worth of writing in a process of its own, made to be killed. Says what it found in the database, then
// acknowledges every fact on standard output the moment its promise resolves.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConversationStore } from '../../apps/server/src/control/conversations/conversation-store.ts';
import { newPublicId } from '../../apps/server/src/control/ids.ts';
import { createLicenceKeys } from '../../apps/server/src/control/licence-keys/licence-keys.ts';
import { openDatabase } from '../../apps/server/src/db/database.ts';
import { projects } from '../../apps/server/src/db/schema.ts';
import { silent } from '../../apps/server/src/db/testing/silent-logger.ts';
import { readFacts } from './facts.ts';

const [, , target = '', endless] = process.argv;
const PARALLEL_TALKS = 4;

/**
 * Straight to the pipe: what was printed is out, whatever happens to this process next. A pipe takes 64 KiB at a time and
 * may be full; the rest follows when its reader has made room.
 */
function print(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(1, bytes, written);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

const db = await openDatabase({
  ...(target.startsWith('postgres:') ? { databaseUrl: target } : { dataDir: target }),
  logger: silent,
});
print(`FOUND ${JSON.stringify(await readFacts(db))}`);
if (endless !== 'endless') {
  await db.close();
  process.exit(0);
}

const store = createConversationStore(db);
const keys = createLicenceKeys(db, null);
const projectId = newPublicId();
await db.orm.insert(projects).values({ id: projectId, name: 'Writer' });

async function talk(): Promise<void> {
  const sessionId = newPublicId();
  await store.start({ sessionId, projectId, licenceId: 'l', avatarId: 'a', startedAt: new Date() });
  print(`ACK started ${sessionId}`);
  await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      await store.addMessage({ sessionId, role: 'user', text: `${sessionId}:${index}`, at: new Date() });
      print(`ACK said ${sessionId}:${index}`);
    }),
  );
  const call = { sessionId, callId: sessionId };
  await store.startToolCall({ ...call, name: 'write', argumentsJson: '{}', at: new Date() });
  print(`ACK called ${sessionId}`);
  await store.finishToolCall({ ...call, output: sessionId, at: new Date() });
  print(`ACK answered ${sessionId}`);
  const { licenceId } = await keys.create({ projectId, name: 'Writer' });
  print(`ACK key ${licenceId}`);
  await store.end(sessionId, { endedAt: new Date(), status: 'completed', reason: 'over' });
  print(`ACK ended ${sessionId}`);
}

async function talkOn(): Promise<never> {
  for (;;) {
    await talk();
    await sleep(Math.random() * 10);
  }
}
await Promise.all(Array.from({ length: PARALLEL_TALKS }, talkOn));
