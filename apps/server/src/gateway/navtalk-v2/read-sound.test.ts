import { Buffer } from 'node:buffer';
import { LIMITS } from '@visavis/protocol';
import { parseClientMessage } from '@visavis/protocol/schemas';
import { mutateText, seededRandom } from '@visavis/protocol/testing';
import { expect, it } from 'vitest';
import { readSound } from './read-sound.ts';

const SOUND = new Uint8Array(Array.from({ length: 1919 }, (_unused, index) => (index * 37) % 256));
const audio = Buffer.from(SOUND).toString('base64');
const frame = (message: unknown) => Buffer.from(JSON.stringify(message));
const APPEND = 'input_audio_buffer.append';

/** The sound that the long way finds in a frame; null: it is none, or refused. */
function longWay(bytes: Buffer): Uint8Array | null {
  const result = parseClientMessage(bytes.toString('utf8'));
  return result.ok && result.message.type === 'audio-append'
    ? new Uint8Array(Buffer.from(result.message.audioBase64, 'base64'))
    : null;
}

it.each([
  { type: `realtime.${APPEND}`, data: { audio } },
  { type: `realtime.${APPEND}`, audio },
  { type: APPEND, audio },
  { type: APPEND, data: { audio } },
  { type: APPEND, audio: audio.replaceAll('=', '') },
])('reads the usual spellings the short way: %# [20.8]', (message) => {
  expect(readSound(frame(message))).toEqual(SOUND);
  expect(longWay(frame(message))).toEqual(SOUND);
});

it.each([
  ['a sequence number', frame({ type: APPEND, data: { audio, sequenceNumber: 3 } })],
  ['spaces', Buffer.from(JSON.stringify({ type: APPEND, audio }, null, 1))],
  ['other letters', frame({ type: APPEND, audio: 'ab-_' })],
  ['no base64', frame({ type: APPEND, audio: 'a b' })],
  ['an escaped quote', frame({ type: APPEND, audio: 'AAAA","audio":"' })],
  ['a single letter too much', frame({ type: APPEND, audio: 'AAAAA' })],
  ['too much padding', frame({ type: APPEND, audio: 'AAA===' })],
  ['nothing', frame({ type: APPEND, audio: '' })],
  ['another type', frame({ type: 'realtime.input_text', data: { content: 'AAAA' } })],
  ['too much sound', frame({ type: APPEND, audio: 'A'.repeat(LIMITS.bytes.frame) })],
])('leaves %s to the long way', (_what, bytes) => {
  expect(readSound(bytes)).toBeNull();
});

it('never finds sound where the long way finds none, or another', () => {
  const random = seededRandom(7);
  let short = 0;
  for (let round = 0; round < 3000; round += 1) {
    const message = { type: round % 2 === 0 ? APPEND : `realtime.${APPEND}`, data: { audio: audio.slice(0, 40) } };
    const bytes = Buffer.from(mutateText(JSON.stringify(message), random));
    const sound = readSound(bytes);
    if (sound === null) continue;
    short += 1;
    expect(sound).toEqual(longWay(bytes));
  }
  expect(short).toBeGreaterThan(100);
});
