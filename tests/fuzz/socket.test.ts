import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { mutateBytes, mutateText } from '@visavis/protocol/testing';
import { expect, test } from 'vitest';
import type { TestClient } from '../../apps/server/src/gateway/navtalk-v2/test-client.ts';
import { type Arena, describeUnderAttack } from '../security/support/attack.ts';
import { fuzz, ROUNDS } from './support/fuzz.ts';

const LOOP_MONITOR = path.resolve(import.meta.dirname, 'support/event-loop.ts');
const SLOWEST_LOOP_MS = 400;
const GROWTH_MIB = 300;
/** What one call takes of it, so that it is not cut for its rate. */
const FRAMES_AT_ONCE = 50;
const PAUSE_MS = 50;

const CANDIDATE = { candidate: 'candidate:1 1 udp 2122260223 127.0.0.1 54321 typ host', sdpMid: '0', sdpMLineIndex: 0 };
const tools = [
  { type: 'function', name: 'book', description: 'Books.', parameters: { type: 'object', properties: {} } },
];
const MESSAGES = [
  { type: 'realtime.input_config', data: { content: JSON.stringify({ voice: 'marin', prompt: 'Be kind.', tools }) } },
  { type: 'realtime.input_config', data: { voice: 'cedar', firstMessage: 'Hello!', language: 'en', tools } },
  { type: 'realtime.input_function_call', data: { content: tools } },
  {
    type: 'session.update',
    session: { instructions: 'x', turn_detection: { threshold: 0.5, silence_duration_ms: 500 }, tools },
  },
  { type: 'realtime.input_audio_buffer.append', data: { audio: 'AAAA'.repeat(400), sequenceNumber: 3 } },
  { type: 'realtime.input_audio_buffer.clear' },
  { type: 'realtime.input_audio_buffer.commit' },
  {
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'text', text: 'Hi' }] },
  },
  { type: 'conversation.item.create', item: { content: '[{type=input_text, text=Hi}, {type=input_text, text=Ho}]' } },
  { type: 'conversation.item.create', item: { type: 'function_call_output', call_id: 'c', output: '4' } },
  { type: 'realtime.function_call_output', data: { call_id: 'c', output: { sum: [1, 2, { x: 'y' }] }, reply: 1 } },
  { type: 'response.create', response: { instructions: 'Say hello.' } },
  { type: 'response.cancel' },
  { type: 'realtime.input_text', data: { content: 'How are you?', reply: 1 } },
  { type: 'realtime.input_image', data: { content: 'data:image/jpeg;base64,/9j/4AAQ', reply: 0 } },
  { type: 'webrtc.signaling.iceCandidate', data: { candidate: CANDIDATE } },
  { type: 'visavis.say', data: { text: 'Good day. [smile] It is 5 o’clock (or so).' } },
  { type: 'visavis.expression', data: { expression: 'smile', intensity: 0.5, durationMs: 1000 } },
  { type: 'visavis.interrupt' },
];

describeUnderAttack('the v2 socket', { NODE_OPTIONS: `--import=${LOOP_MONITOR}` }, (arena) => {
  test('takes whatever comes: frames of text and of bytes, damaged in every way', async () => {
    const { key, avatarId } = await arena.newProject();
    const query = { license: key, avatarId, visavis: '1' };
    let call = await begin(arena, query);
    const answer = { type: 'webrtc.signaling.answer', data: { sdp: toAnswer(await offerOf(call)) } };
    const corpus = [...MESSAGES, answer].map((message) => Buffer.from(JSON.stringify(message)));
    const { pid = 0 } = arena.server.child;
    const beforeMiB = await residentMiB(pid);
    let sent = 0;
    let callsEnded = 0;

    await arena.whileNeighbourTalks(() =>
      fuzz({
        wire: 'socket',
        corpus,
        // The second run of the arena has another database behind the same socket.
        rounds: arena.url.startsWith('https:') ? ROUNDS / 5 : ROUNDS,
        mutate: (input, random) =>
          random() < 0.25 ? mutateBytes(input, random) : Buffer.from(mutateText(Buffer.from(input).toString(), random)),
        async feed(frame) {
          sent += 1;
          if (call.socket.readyState !== call.socket.OPEN) {
            callsEnded += 1;
            call = await begin(arena, query);
          }
          // Bytes that are no text end a call by the rules of the socket; as a binary frame they are ignored.
          call.socket.send(frame, { binary: !isText(frame) || sent % 50 === 0 });
          if (sent % FRAMES_AT_ONCE !== 0) return;
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
          expect(arena.server.child.exitCode, 'the server lives').toBeNull();
        },
      }),
    );

    call.socket.close();
    expect(callsEnded).toBeLessThan(sent / 100);
    expect(arena.server.output()).not.toMatch(/A media worker died|A call failed inside the gateway/);
    expect((await residentMiB(pid)) - beforeMiB, 'growth of the server, in MiB').toBeLessThan(GROWTH_MIB);
    process.kill(pid, 'SIGUSR2');
    await expect.poll(() => arena.server.output()).toContain('EVENT_LOOP_DELAY');
    const delays = JSON.parse(/EVENT_LOOP_DELAY (.*)/.exec(arena.server.output())?.[1] ?? '') as { p99Ms: number };
    expect(delays.p99Ms, 'delay of the event loop, in ms').toBeLessThan(SLOWEST_LOOP_MS);
  });
});

async function begin(arena: Arena, query: Readonly<Record<string, string>>): Promise<TestClient> {
  const call = arena.call(query);
  await call.event('realtime.session.updated', 0, 30_000);
  return call;
}

async function offerOf(call: TestClient): Promise<string> {
  const offer = await call.event('webrtc.signaling.offer');
  return (offer.data.sdp as { sdp: string }).sdp;
}

/** Whole enough for the transport to begin with it. */
function toAnswer(offer: string): { type: 'answer'; sdp: string } {
  return { type: 'answer', sdp: offer.replaceAll('a=sendonly', 'a=recvonly').replaceAll('actpass', 'active') };
}

function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
