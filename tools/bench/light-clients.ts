// Clients of the call-cost benchmark, in a process of their own so that their work is not the server's.
import { type Activity, LightClient, type Received } from './light-client.ts';

export type ClientsCommand =
  | { readonly type: 'speech'; readonly pcm: Int16Array; readonly text: string }
  | { readonly type: 'open'; readonly url: string; readonly count: number }
  | { readonly type: 'act'; readonly activity: Activity }
  | { readonly type: 'received' }
  | { readonly type: 'close' };

let clients: LightClient[] = [];
let speech: { pcm: Int16Array; text: string } = { pcm: new Int16Array(0), text: '' };

async function perform(command: ClientsCommand): Promise<Received[]> {
  if (command.type === 'speech') speech = command;
  if (command.type === 'open') {
    while (clients.length < command.count) {
      const { pcm, text } = speech;
      // Each speaks from another place of the sample, so that the calls do not move in step.
      const shift = Math.floor((pcm.length * clients.length) / 11);
      const rotated = new Int16Array(pcm.length);
      rotated.set(pcm.subarray(shift));
      rotated.set(pcm.subarray(0, shift), pcm.length - shift);
      clients.push(await LightClient.open(command.url, rotated, text));
    }
  }
  if (command.type === 'act') for (const client of clients) client.act(command.activity);
  if (command.type === 'close') {
    for (const client of clients) client.close();
    clients = [];
  }
  return clients.map((client) => client.received());
}

process.on('message', async (command: ClientsCommand) => {
  try {
    process.send?.({ received: await perform(command) });
  } catch (error) {
    process.send?.({ failure: String(error) });
  }
});
process.on('disconnect', () => process.exit(0));
