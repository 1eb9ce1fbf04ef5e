// The receiving side of `measure.ts`, in a process of its own so that its work is not counted.

import { NativeClient } from './native-client.ts';
import { waitUntil } from './wait-until.ts';

const clients = new Map<number, NativeClient>();

process.on('message', async (message: { id: number; offerSdp?: string }) => {
  if (message.offerSdp === undefined) {
    clients.get(message.id)?.close();
    clients.delete(message.id);
    return;
  }
  clients.get(message.id)?.close();
  const client = new NativeClient();
  clients.set(message.id, client);
  process.send?.({ id: message.id, answer: await client.answer(message.offerSdp) });
  await waitUntil(() => client.firstPictureAtMs !== null || clients.get(message.id) !== client, 20_000);
  if (client.firstPictureAtMs === null) return;
  process.send?.({ id: message.id, firstPictureAtMs: performance.timeOrigin + client.firstPictureAtMs });
});
process.on('disconnect', () => {
  for (const client of clients.values()) client.close();
});
