// Opens, connects and closes fifty calls, prints what memory did, and must then end of itself.
import { connect, openPeer } from './call.ts';
import { NativeClient } from './native-client.ts';
import { waitUntil } from './wait-until.ts';

/** Keeps the last calls from being collected, which would tidy up what `close` forgot. */
const kept: unknown[] = [];

async function oneCall(isClientFirst = false): Promise<void> {
  const test = openPeer();
  const clients: NativeClient[] = [];
  await connect(test, (offerSdp) => {
    const client = new NativeClient();
    clients.push(client);
    return client.answer(offerSdp);
  });
  await waitUntil(() => clients.at(-1)?.isConnected === true);
  for (let index = 0; index < 5; index += 1) {
    test.peer.sendVideo({ data: new Uint8Array(20_000), isKeyFrame: index === 0 }, index * 40);
    test.peer.sendAudio(new Uint8Array(100), index * 40);
  }
  if (!isClientFirst) test.peer.close();
  for (const client of clients) client.close();
  if (isClientFirst) await new Promise((resolve) => setTimeout(resolve, 300));
  test.peer.close();
  kept.push(test, clients);
}

async function calls(count: number): Promise<number> {
  for (let done = 0; done < count; done += 5) await Promise.all([0, 1, 2, 3, 4].map(() => oneCall()));
  await new Promise((resolve) => setTimeout(resolve, 100));
  kept.length = 0;
  globalThis.gc?.();
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}

const warmMiB = await calls(10);
const endMiB = await calls(40);
await oneCall();
await oneCall(true);
console.log(JSON.stringify({ warmMiB, endMiB }));
