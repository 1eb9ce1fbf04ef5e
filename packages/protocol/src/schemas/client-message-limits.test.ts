import { describe, expect, it } from 'vitest';
import { parseClientMessage } from './parse-client-message.ts';

const JPEG = 'data:image/jpeg;base64,/9j/4AAQ';
const long = (characters: number) => 'x'.repeat(characters);
const toolWith = (parameters: unknown) => ({
  type: 'input_function_call',
  data: { content: [{ name: 'a', parameters }] },
});
const propertiesDeep = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);

const overLimitRows: readonly (readonly [name: string, frame: unknown, detail: string])[] = [
  [
    'a prompt',
    { type: 'input_config', data: { prompt: long(100_001) } },
    'content prompt has 100001 characters, at most 100000',
  ],
  [
    'instructions',
    { type: 'session.update', session: { instructions: long(100_001) } },
    'session instructions has 100001 characters, at most 100000',
  ],
  [
    'a first message',
    { type: 'input_config', data: { first_message: long(5001) } },
    'content first_message has 5001 characters, at most 5000',
  ],
  [
    'a voice',
    { type: 'input_config', data: { content: `{"voice":"${long(121)}"}` } },
    'content voice has 121 characters, at most 120',
  ],
  [
    'a deep tool',
    toolWith({ properties: propertiesDeep(40) }),
    'content tools are not taken: a has parameters of which the tree is nested more than 32 levels deep',
  ],
  [
    'a wide tool',
    toolWith({ enum: Array(5000).fill(1) }),
    'content tools are not taken: a has parameters of which the tree holds more than 4000 values',
  ],
  [
    'a tool with a long text',
    toolWith({ title: long(40_000) }),
    'content tools are not taken: a has parameters whose JSON has 40058 characters, at most 32768',
  ],
  [
    'many tools',
    { type: 'input_config', data: { tools: Array(129).fill({ name: 'a' }) } },
    'content tools are 129, at most 128',
  ],
  [
    'many values',
    { type: 'input_config', data: { x: Array(20_001).fill(1) } },
    'the message holds more than 20000 values',
  ],
  [
    'a typed text',
    { type: 'input_text', data: { content: long(32_001) } },
    'content has 32001 characters, at most 32000',
  ],
  [
    'the id of a text to say',
    { type: 'visavis.say', data: { text: 'Hi.', utteranceId: long(121) } },
    'utteranceId has 121 characters, at most 120',
  ],
  ['a text to say', { type: 'visavis.say', data: { text: long(10_001) } }, 'text has 10001 characters, at most 10000'],
  [
    'instructions of a reply',
    { type: 'response.create', response: { instructions: long(100_001) } },
    'instructions has 100001 characters, at most 100000',
  ],
  [
    'a turn of history',
    { type: 'conversation.item.create', item: { content: long(32_001) } },
    'a text of the item has 32001 characters, at most 32000',
  ],
  [
    'many turns of history',
    { type: 'conversation.item.create', item: { content: Array(501).fill('a') } },
    'item holds 501 texts, at most 500',
  ],
  [
    'a result',
    { type: 'function_call_output', data: { call_id: 'c', output: long(100_001) } },
    'output has 100001 characters, at most 100000',
  ],
  [
    'a call id',
    { type: 'function_call_output', data: { call_id: long(257), output: '1' } },
    'call_id has 257 characters, at most 256',
  ],
  [
    'a description',
    { type: 'webrtc.signaling.offer', data: { sdp: 'a=\n'.repeat(22_000) } },
    'sdp has 66000 characters, at most 65536',
  ],
  [
    'a line of a description',
    { type: 'webrtc.signaling.offer', data: { sdp: `v=0\r\n${long(5000)}\r\n` } },
    'sdp holds a line of 5001 characters, at most 4096',
  ],
  [
    'a candidate',
    { type: 'webrtc.signaling.iceCandidate', data: { candidate: long(1025) } },
    'candidate has 1025 characters, at most 1024',
  ],
  [
    'a media id',
    { type: 'webrtc.signaling.iceCandidate', data: { candidate: { candidate: 'c', sdpMid: long(65) } } },
    'sdpMid has 65 characters, at most 64',
  ],
];

describe('limits of client messages', () => {
  it.each(overLimitRows)('says which limit is passed by %s', (_name, frame, detail) => {
    const result = parseClientMessage(JSON.stringify(frame));
    expect(result).toMatchObject({ ok: false, kind: 'over-limit' });
    expect(result.ok ? '' : result.detail).toBe(detail);
  });

  it.each([
    ['a prompt of 100,000 letters', { type: 'input_config', data: { prompt: long(100_000) } }],
    [
      'the same, as JSON text in JSON',
      { type: 'input_config', data: { content: JSON.stringify({ prompt: long(100_000) }) } },
    ],
    [
      'a history of 500 turns',
      { type: 'conversation.item.create', item: { content: Array(500).fill({ text: long(400) }) } },
    ],
    ['four seconds of sound', { type: 'input_audio_buffer.append', data: { audio: 'AAAA'.repeat(64_000) } }],
    ['a long typed text', { type: 'input_text', data: { content: long(32_000) } }],
    ['a picture of 8 MB', { type: 'input_image', data: { content: JPEG + 'AAAA'.repeat(2_000_000) } }],
    [
      'a picture with its type behind',
      { data: { content: JPEG + 'AAAA'.repeat(200_000) }, type: 'realtime.input_image' },
    ],
  ])('takes %s', (_name, frame) => {
    expect(parseClientMessage(JSON.stringify(frame))).toMatchObject({ ok: true });
  });

  it.each([
    ['a text', { type: 'input_text', data: { content: long(262_144) } }],
    ['a text that speaks of pictures', { type: 'input_text', type2: '"type":"input_image"', content: long(262_144) }],
    [
      'a text that says that it is a picture',
      `{"x":{"type":"input_image"},"type":"input_text","content":"${long(262_144)}"}`,
    ],
    ['a picture that is none', { type: 'input_image', data: { content: long(262_144) } }],
    ['white space', `${' '.repeat(262_144)}{"type":"response.create"}`],
    ['bytes', new Uint8Array(262_145)],
  ])('takes nothing above 256 KiB that is no picture: %s', (_name, frame) => {
    const given = typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame);
    expect(parseClientMessage(given)).toMatchObject({ ok: false, kind: 'too-large' });
  });
});
