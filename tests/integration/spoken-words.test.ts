import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestClient, type WireEvent } from '../../apps/server/src/gateway/navtalk-v2/test-client.ts';
import { NativeClient } from '../../packages/media/src/webrtc/testing/native-client.ts';
import { waitUntil } from '../../packages/media/src/webrtc/testing/wait-until.ts';
import { type CaptionChange, captionChanges } from '../../packages/sdk/src/caption-change.ts';
import { readServerSignal } from '../../packages/sdk/src/from-wire.ts';
import { emptyTranscript, heardUntil, type Transcript, withSignal } from '../../packages/sdk/src/transcript.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

const MEDIA_PORTS = { begin: 25_700, end: 25_799 };
const LIMIT_MS = 60_000;
const TEXT = 'The lighthouse is open until nine. Come in, and mind the step!';
const WORDS = TEXT.match(/[a-z]+/gi) ?? [];

type Call = { readonly client: TestClient; readonly media: NativeClient };

/** The real server and its local voice. */
describe('words as they are heard', () => {
  let server: TestServer;
  const calls: Call[] = [];

  beforeAll(async () => {
    server = await startServer();
  }, 180_000);
  afterAll(async () => {
    for (const { client, media } of calls) {
      client.socket.close();
      media.close();
    }
    await server?.stop();
  });

  async function openCall(asked: Readonly<Record<string, string>>): Promise<Call> {
    const address = server.url.replace('http', 'ws');
    const client = new TestClient(address, { license: server.license, name: 'navtalk.Emma', model: 'local', ...asked });
    await client.opened();
    const media = new NativeClient(MEDIA_PORTS);
    const call = { client, media };
    calls.push(call);
    const offer = await client.event('webrtc.signaling.offer', 0, LIMIT_MS);
    const { sdp } = offer.data as { sdp: { sdp: string } };
    client.send({ type: 'webrtc.signaling.answer', data: { sdp: await media.answer(sdp.sdp) } });
    await waitUntil(() => media.audioPackets > 0, LIMIT_MS);
    return call;
  }

  /** What is told of the reply that says `TEXT`, from its first delta to its end. */
  async function hear({ client }: Call, whenHeard: (changes: readonly CaptionChange[]) => void = () => {}) {
    const { events } = client;
    const from = events.length;
    client.send({ type: 'visavis.say', data: { text: TEXT, utteranceId: `u${from}`, mode: 'replace' } });
    const page = { transcript: emptyTranscript as Transcript, changes: [] as CaptionChange[], read: from };
    const put = (next: Transcript): void => {
      page.changes.push(...captionChanges(page.transcript, next, performance.now()));
      page.transcript = next;
    };
    const isOver = (): boolean => {
      for (const event of events.slice(page.read)) {
        const signal = readServerSignal(JSON.stringify(event));
        if (signal !== null) put(withSignal(page.transcript, signal));
      }
      page.read = events.length;
      put(heardUntil(page.transcript, performance.now()));
      whenHeard(page.changes);
      return page.changes.some(({ state, words }) => state !== 'playing' && words[0]?.text === WORDS[0]);
    };
    await waitUntil(isOver, LIMIT_MS);
    const replyId = page.changes.findLast(({ state }) => state !== 'playing')?.replyId;
    return {
      changes: page.changes.filter((change) => change.replyId === replyId),
      events: events.slice(from).filter(({ data }) => data.id === replyId),
    };
  }

  it('are told with their times as the sound is made, and one by one as it is played', async () => {
    const call = await openCall({ visavis: '1' });
    const { changes, events } = await hear(call);
    const told = events.filter(({ type }) => type === 'visavis.reply.words').flatMap(wordsOf);
    const ended = events.find(({ type }) => type === 'realtime.response.audio.done');
    const playedMs = Number(ended?.data.playedMs);
    expect(told.map(({ text }) => text)).toEqual(WORDS);
    for (const [index, word] of told.entries()) {
      expect(word.startMs).toBeLessThan(word.endMs);
      expect(word.startMs).toBeGreaterThanOrEqual(told[index - 1]?.startMs ?? 0);
      expect(word.endMs).toBeLessThanOrEqual(playedMs + 1);
    }
    // This voice tells where its clauses begin.
    expect(told.filter(({ estimated }) => !estimated).map(({ text }) => text)).toEqual(['The', 'Come']);

    const playing = changes.filter(({ state }) => state === 'playing');
    const indices = playing.map(({ wordIndex }) => wordIndex);
    expect(indices).toEqual(indices.toSorted((a, b) => a - b));
    expect(new Set(indices).size).toBeGreaterThan(WORDS.length / 2);
    for (const { playedMs: atMs, words, wordIndex } of playing) {
      expect(words[wordIndex]?.startMs ?? Infinity).toBeLessThanOrEqual(atMs);
    }
    expect(changes.at(-1)).toMatchObject({ state: 'ended', text: TEXT, wordIndex: WORDS.length - 1 });
  }, 120_000);

  it('end where a reply was interrupted', async () => {
    const call = await openCall({ visavis: '1' });
    let isStopped = false;
    const { changes } = await hear(call, (soFar) => {
      if (isStopped || !soFar.some(({ words, wordIndex }) => words[wordIndex]?.text === 'lighthouse')) return;
      isStopped = true;
      call.client.send({ type: 'visavis.interrupt' });
    });
    const last = changes.at(-1);
    expect(last?.state).toBe('interrupted');
    expect(last?.words.length).toBeLessThan(WORDS.length);
    expect(last?.words.map(({ text }) => text)).toEqual(WORDS.slice(0, last?.words.length));
    expect(TEXT.startsWith(last?.text ?? '-')).toBe(true);
    for (const { endMs } of last?.words ?? []) expect(endMs).toBeLessThanOrEqual(last?.playedMs ?? 0);
  }, 120_000);

  it('are not told to clients that did not ask for it', async () => {
    const { client } = await openCall({});
    const from = client.events.length;
    client.send({ type: 'visavis.say', data: { text: TEXT } });
    await waitUntil(
      () =>
        client.events
          .slice(from)
          .some(({ type, data }) => type === 'realtime.response.audio.done' && data.heardText === TEXT),
      LIMIT_MS,
    );
    expect(client.events.filter(({ type }) => type.startsWith('visavis.'))).toEqual([]);
  }, 120_000);
});

type Told = { readonly text: string; readonly startMs: number; readonly endMs: number; readonly estimated: boolean };

function wordsOf({ data }: WireEvent): readonly Told[] {
  return data.words as readonly Told[];
}
