import { systemClock } from '../../core/clock.ts';
import { silentLogger } from '../../core/logger.ts';
import { Peer, type PeerCandidate, type PeerOptions } from '../peer.ts';
import { ReceivingClient, type ReceivingClientOptions } from './receiving-client.ts';
import { waitUntil } from './wait-until.ts';

export type TestPeer = {
  readonly peer: Peer;
  readonly states: string[];
  readonly candidates: PeerCandidate[];
  readonly targets: number[];
  keyFrameRequests: number;
};

export function openPeer(options: Partial<PeerOptions> = {}): TestPeer {
  const states: string[] = [];
  const candidates: PeerCandidate[] = [];
  const targets: number[] = [];
  const test = { states, candidates, targets, keyFrameRequests: 0 };
  const peer = new Peer({
    iceServers: [],
    logger: silentLogger,
    clock: systemClock,
    bindAddress: '127.0.0.1',
    portRange: { begin: 20_000, end: 20_199 },
    onState: (state) => states.push(state),
    onLocalCandidate: (candidate) => candidates.push(candidate),
    onKeyFrameRequest: () => {
      test.keyFrameRequests += 1;
    },
    onTargetBitrate: (kbps) => targets.push(kbps),
    ...options,
  });
  return Object.assign(test, { peer });
}

/** Offers until the transport is up, as a call does when one fails. `answer` makes a fresh client for each offer. */
export async function connect(test: TestPeer, answer: (offerSdp: string) => Promise<{ sdp: string }>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const offer = await test.peer.createOffer();
    try {
      test.peer.acceptAnswer(await answer(offer.sdp));
      await waitUntil(() => test.peer.isVideoReady || test.peer.stats().state === 'failed');
      if (test.peer.isVideoReady) return;
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

/** Offer, answer, connected. The client's candidates are all in its answer. */
export async function openCall(
  clientOptions: ReceivingClientOptions = {},
  peerOptions: Partial<PeerOptions> = {},
): Promise<TestPeer & { client: ReceivingClient }> {
  const test = openPeer(peerOptions);
  let client = new ReceivingClient(clientOptions);
  let isUsed = false;
  await connect(test, async (offerSdp) => {
    if (isUsed) {
      await client.close();
      client = new ReceivingClient(clientOptions);
    }
    isUsed = true;
    return client.answer(offerSdp);
  });
  await waitUntil(() => client.connection.connectionState === 'connected');
  return Object.assign(test, { client });
}
