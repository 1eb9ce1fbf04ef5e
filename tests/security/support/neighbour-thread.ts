import { setTimeout as sleep } from 'node:timers/promises';
import { setDefaultCACertificates } from 'node:tls';
import { parentPort, workerData } from 'node:worker_threads';
import { TestClient } from '../../../apps/server/src/gateway/navtalk-v2/test-client.ts';

// The neighbour's side: a thread of its own, so that his clock does not stand still while the attacker is at work.

export type NeighbourOrders = {
  readonly wsUrl: string;
  readonly query: Readonly<Record<string, string>>;
  /** Certificates to trust; null: those of the system. */
  readonly certificates: readonly string[] | null;
};

/** What he tells: that he is in his call, and, when asked, how long his answers took, or why his call ended. */
export type NeighbourReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'checked'; readonly quietMs: readonly number[]; readonly answersMs: readonly number[] };

/** Pause between an answer and the next question. */
const BETWEEN_QUESTIONS_MS = 150;
const GIVE_UP_MS = 30_000;
const ANSWER = 'realtime.response.audio_transcript.delta';

const { wsUrl, query, certificates } = workerData as NeighbourOrders;
if (certificates !== null) setDefaultCACertificates([...certificates]);
const tell = (report: NeighbourReport) => parentPort?.postMessage(report);
const client = new TestClient(wsUrl, query);
const quietMs: number[] = [];
const answersMs: number[] = [];
let isChecked = false;
let isLeaving = false;

parentPort?.on('message', (order: 'check' | 'leave') => {
  if (order === 'check') isChecked = true;
  else isLeaving = true;
});

/** Time from a question to the first words of its answer. A question interrupts the answer before it. */
async function ask(): Promise<number> {
  const answered = client.events.filter(({ type }) => type === ANSWER).length;
  const askedAtMs = performance.now();
  client.send({ type: 'realtime.input_text', data: { content: 'Are you there?' } });
  await Promise.race([
    client.event(ANSWER, answered, GIVE_UP_MS),
    client.closed.then(({ code, reason }) => {
      throw new Error(`the neighbour’s call was closed: ${code} ${reason}`);
    }),
  ]);
  const replyMs = performance.now() - askedAtMs;
  // A long talk must not slow its own clock.
  client.events.length = 0;
  return replyMs;
}

try {
  await client.event('realtime.session.updated', 0, GIVE_UP_MS);
  // The first answers load what a worker needs, and do not count.
  for (let count = 0; count < 3; count += 1) await ask();
  for (let count = 0; count < 5; count += 1) quietMs.push(await ask());
  tell({ kind: 'ready' });
  while (!isLeaving) {
    const isLast = isChecked;
    answersMs.push(await ask());
    if (isLast) {
      isChecked = false;
      tell({ kind: 'checked', quietMs, answersMs });
    }
    await sleep(BETWEEN_QUESTIONS_MS);
  }
} catch (error) {
  tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
}
client.socket.close();
await client.closed;
parentPort?.close();
