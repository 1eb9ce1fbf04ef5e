import { describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.ts';
import { mutateText, seededRandom } from '../testing/mutate.ts';
import type { ClientMessage } from '../v2/client-message.ts';
import { parseClientMessage } from './parse-client-message.ts';

const ADD_TOOL = { name: 'add', description: 'Adds.', parameters: { type: 'object', properties: {}, required: [] } };
const JPEG = 'data:image/jpeg;base64,/9j/4AAQ';
const SDP = { type: 'answer', sdp: 'v=0\r\n' };
const CANDIDATE = { candidate: 'candidate:1 1 udp 1 127.0.0.1 9 typ host', sdpMid: '0', sdpMLineIndex: 0 };

type Row = readonly [name: string, frame: unknown, expected: ClientMessage];

const configRows: readonly Row[] = [
  [
    'config as JSON text (ClinicApp, Recruitment, WordPress) [20.2]',
    { type: 'realtime.input_config', data: { content: '{"voice":"marin","prompt":"You are a helper.","tools":[]}' } },
    { type: 'configure', patch: { voice: 'marin', prompt: 'You are a helper.', tools: [] }, acknowledge: false },
  ],
  [
    'config as object [20.2]',
    { type: 'realtime.input_config', data: { content: { voice: 'marin' } } },
    { type: 'configure', patch: { voice: 'marin' }, acknowledge: false },
  ],
  [
    'config keys in data, instructions for prompt, foreign hosts and keys left out [20.2] [20.3]',
    { type: 'input_config', data: { instructions: 'Be kind.', baseUrl: 'http://10.0.0.1', apiKey: 'x', model: 'm' } },
    { type: 'configure', patch: { prompt: 'Be kind.' }, acknowledge: false },
  ],
  [
    'config keys at top level [20.2]',
    { type: 'input_config', voice: 'ash', language: 'de' },
    { type: 'configure', patch: { voice: 'ash', language: 'de' }, acknowledge: false },
  ],
  [
    'empty strings do not override [20.1]',
    { type: 'realtime.input_config', data: { content: '{"voice":"","prompt":" ","instructions":"Yes."}' } },
    { type: 'configure', patch: { prompt: 'Yes.' }, acknowledge: false },
  ],
  [
    'keys of a wrong type are left out, the others count',
    { type: 'realtime.input_config', data: { content: { voice: 7, prompt: 'P', tools: 'none' } } },
    { type: 'configure', patch: { prompt: 'P', tools: [] }, acknowledge: false },
  ],
  [
    'tools as JSON text of an array (JS, iOS, Android), properties as array [20.4]',
    {
      type: 'realtime.input_function_call',
      data: {
        content:
          '[{"type":"function","name":"add","description":"Adds.","parameters":{"type":"object","properties":[],"required":[]}}]',
      },
    },
    { type: 'configure', patch: { tools: [ADD_TOOL] }, acknowledge: false },
  ],
  [
    'tools as array, chat-completion shape',
    {
      type: 'input_function_call',
      data: { content: [{ type: 'function', function: { name: 'add', description: 'Adds.' } }, { name: '' }, 3] },
    },
    { type: 'configure', patch: { tools: [ADD_TOOL] }, acknowledge: false },
  ],
  [
    'session.update (Hotel, ESL) [20.1] [20.3]',
    {
      type: 'session.update',
      session: {
        instructions: 'Talk.',
        voice: 'cedar',
        temperature: 0.9,
        turn_detection: { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 600 },
        modalities: ['text', 'audio'],
        tools: [],
      },
    },
    {
      type: 'configure',
      patch: {
        prompt: 'Talk.',
        voice: 'cedar',
        turnDetection: { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 600, endsBy: 'silence' },
        tools: [],
      },
      acknowledge: true,
    },
  ],
  [
    'session.update in data, thresholds out of range left out, no turn detection',
    {
      type: 'realtime.session.update',
      data: { session: { turn_detection: { threshold: 7, silence_duration_ms: 400 }, voice: 'echo' } },
    },
    { type: 'configure', patch: { voice: 'echo', turnDetection: { silenceDurationMs: 400 } }, acknowledge: true },
  ],
  [
    'session.update that has turns end by their sense',
    { type: 'session.update', session: { turn_detection: { type: 'semantic_vad', eagerness: 'low' } } },
    {
      type: 'configure',
      patch: { turnDetection: { endsBy: 'sense', eagerness: 'low', silenceDurationMs: 1000 } },
      acknowledge: true,
    },
  ],
  [
    'session.update that wishes an eagerness that there is not',
    { type: 'session.update', session: { turn_detection: { type: 'semantic_vad', eagerness: 'hasty' } } },
    { type: 'configure', patch: { turnDetection: { endsBy: 'sense' } }, acknowledge: true },
  ],
  [
    'session.update with eagerness of silence alone',
    { type: 'session.update', session: { turn_detection: { type: 'server_vad', eagerness: 'high' } } },
    { type: 'configure', patch: { turnDetection: { endsBy: 'silence' } }, acknowledge: true },
  ],
  [
    'session.update with turn detection of an unknown kind',
    { type: 'session.update', session: { turn_detection: { type: 'telepathy', threshold: 0.6 } } },
    { type: 'configure', patch: { turnDetection: { threshold: 0.6 } }, acknowledge: true },
  ],
  [
    'session.update with turn detection switched off',
    { type: 'session.update', session: { turn_detection: null } },
    { type: 'configure', patch: {}, acknowledge: true },
  ],
];

const audioRows: readonly Row[] = [
  [
    'append, prefixed, in data [20.8]',
    { type: 'realtime.input_audio_buffer.append', data: { audio: 'AAAB' } },
    { type: 'audio-append', audioBase64: 'AAAB' },
  ],
  [
    'append with a sequence number (Android) [19.android.traps] [20.8]',
    { type: 'realtime.input_audio_buffer.append', data: { audio: 'AAAB', sequenceNumber: 0 } },
    { type: 'audio-append', audioBase64: 'AAAB', sequenceNumber: 0 },
  ],
  [
    'append, top level (LiveKit) [19.livekit.needs] [20.8]',
    { type: 'input_audio_buffer.append', audio: 'AAA=' },
    { type: 'audio-append', audioBase64: 'AAA=' },
  ],
  [
    'append, un-prefixed in data [20.8]',
    { type: 'input_audio_buffer.append', data: { audio: '' } },
    { type: 'audio-append', audioBase64: '' },
  ],
  ['clear, prefixed', { type: 'realtime.input_audio_buffer.clear', data: {} }, { type: 'audio-clear' }],
  ['clear, top level', { type: 'input_audio_buffer.clear' }, { type: 'audio-clear' }],
  ['commit', { type: 'realtime.input_audio_buffer.commit', data: {} }, { type: 'audio-commit' }],
];

function itemFrame(content: unknown, role = 'user'): unknown {
  return { type: 'conversation.item.create', item: { type: 'message', role, content } };
}

const textRows: readonly Row[] = [
  [
    'text or history item [20.29]',
    itemFrame([{ type: 'input_text', text: 'Hello' }]),
    { type: 'item', role: 'user', texts: ['Hello'] },
  ],
  [
    'assistant item',
    itemFrame([{ type: 'text', text: 'Hi' }], 'assistant'),
    { type: 'item', role: 'assistant', texts: ['Hi'] },
  ],
  ['content as text', itemFrame('Hello'), { type: 'item', role: 'user', texts: ['Hello'] }],
  ['content as object', itemFrame({ type: 'input_text', text: 'A' }), { type: 'item', role: 'user', texts: ['A'] }],
  [
    'several parts [20.29]',
    itemFrame([{ text: 'A' }, 'B', { transcript: 'C' }, { type: 'input_image' }, null]),
    { type: 'item', role: 'user', texts: ['A', 'B', 'C'] },
  ],
  [
    'history as the text of a Kotlin list (Android) [19.android.traps] [20.29]',
    itemFrame('[{type=input_text, text=Hi, you}, {text=And {this}, type=input_text}]'),
    { type: 'item', role: 'user', texts: ['Hi, you', 'And {this}'] },
  ],
  [
    'item in data',
    { type: 'realtime.conversation.item.create', data: { item: { role: 'user', content: 'X' } } },
    { type: 'item', role: 'user', texts: ['X'] },
  ],
  ['reply asked for', { type: 'response.create' }, { type: 'respond' }],
  ['reply asked for, prefixed, with object', { type: 'realtime.response.create', response: {} }, { type: 'respond' }],
  [
    'reply with instructions',
    { type: 'response.create', response: { instructions: 'Say bye.' } },
    { type: 'respond', instructions: 'Say bye.' },
  ],
  ['cancel', { type: 'response.cancel' }, { type: 'interrupt' }],
  [
    'typed text [20.34]',
    { type: 'realtime.input_text', data: { content: 'Hi' } },
    { type: 'user-text', text: 'Hi', reply: true },
  ],
  ['typed text, other key', { type: 'input_text', text: 'Hi' }, { type: 'user-text', text: 'Hi', reply: true }],
  ['say', { type: 'visavis.say', data: { text: 'Welcome.' } }, { type: 'say', text: 'Welcome.' }],
  [
    'say with options',
    { type: 'visavis.say', data: { text: 'Fire!', utteranceId: 'a', interruptible: false, mode: 'replace' } },
    { type: 'say', text: 'Fire!', utteranceId: 'a', isInterruptible: false, replaces: true },
  ],
  ['interrupt', { type: 'visavis.interrupt' }, { type: 'interrupt' }],
  ['interrupt by force', { type: 'visavis.interrupt', data: { force: true } }, { type: 'interrupt', force: true }],
  [
    'expression',
    { type: 'visavis.expression', data: { expression: 'smile', intensity: 0.5, durationMs: 1500 } },
    { type: 'express', expression: 'smile', intensity: 0.5, durationMs: 1500 },
  ],
  [
    'expression with defaults, at top level',
    { type: 'visavis.expression', expression: 'nod' },
    { type: 'express', expression: 'nod', intensity: 1, durationMs: 3000 },
  ],
  [
    'expression out of range',
    { type: 'visavis.expression', data: { expression: 'concerned', intensity: 7, durationMs: 1e9 } },
    { type: 'express', expression: 'concerned', intensity: 1, durationMs: 60_000 },
  ],
  [
    'image as context',
    { type: 'realtime.input_image', data: { content: JPEG, reply: 0 } },
    { type: 'image', dataUrl: JPEG, reply: false },
  ],
  [
    'image to answer',
    { type: 'realtime.input_image', data: { content: JPEG, reply: 1 } },
    { type: 'image', dataUrl: JPEG, reply: true },
  ],
  ['image, other key', { type: 'input_image', data: { image: JPEG } }, { type: 'image', dataUrl: JPEG, reply: false }],
];

const toolAndSignallingRows: readonly Row[] = [
  [
    'result as item (ClinicApp, ESL, Hotel) [20.7]',
    {
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'call_1', output: '4' },
    },
    { type: 'tool-result', callId: 'call_1', output: '4', reply: false },
  ],
  [
    'result with reply [20.7]',
    { type: 'realtime.function_call_output', data: { call_id: 'call_1', output: '4', reply: 1 } },
    { type: 'tool-result', callId: 'call_1', output: '4', reply: true },
  ],
  [
    'result under content, as object, no reply',
    { type: 'realtime.function_call_output', data: { callId: 'call_1', content: { sum: 4 }, reply: 0 } },
    { type: 'tool-result', callId: 'call_1', output: '{"sum":4}', reply: false },
  ],
  [
    'answer in data',
    { type: 'webrtc.signaling.answer', data: { sdp: SDP } },
    { type: 'description', description: { type: 'answer', sdp: 'v=0\r\n' } },
  ],
  [
    'answer at top level',
    { type: 'webrtc.signaling.answer', sdp: SDP },
    { type: 'description', description: { type: 'answer', sdp: 'v=0\r\n' } },
  ],
  [
    'offer as bare text',
    { type: 'webrtc.signaling.offer', data: { sdp: 'v=0\r\n' } },
    { type: 'description', description: { type: 'offer', sdp: 'v=0\r\n' } },
  ],
  [
    'candidate, whole browser object',
    { type: 'webrtc.signaling.iceCandidate', data: { candidate: { ...CANDIDATE, usernameFragment: 'x' } } },
    { type: 'candidate', candidate: CANDIDATE },
  ],
  [
    'candidate with index only',
    { type: 'webrtc.signaling.iceCandidate', data: { candidate: { candidate: 'c', sdpMLineIndex: 1 } } },
    { type: 'candidate', candidate: { candidate: 'c', sdpMid: '1', sdpMLineIndex: 1 } },
  ],
  [
    'candidate, flat',
    { type: 'webrtc.signaling.iceCandidate', data: { candidate: 'c', sdpMid: '1' } },
    { type: 'candidate', candidate: { candidate: 'c', sdpMid: '1', sdpMLineIndex: 1 } },
  ],
  [
    'end of candidates',
    { type: 'webrtc.signaling.iceCandidate', data: { candidate: { candidate: '', sdpMid: '0' } } },
    { type: 'candidates-end' },
  ],
  [
    'end of candidates as null',
    { type: 'webrtc.signaling.iceCandidate', data: { candidate: null } },
    { type: 'candidates-end' },
  ],
];

const rows = [...configRows, ...audioRows, ...textRows, ...toolAndSignallingRows];

describe('parseClientMessage', () => {
  it.each(rows)('reads %s', (_name, frame, expected) => {
    expect(parseClientMessage(JSON.stringify(frame))).toEqual({ ok: true, message: expected });
  });

  it.each([
    ['malformed-json', '{"type":'],
    ['malformed-json', ''],
    ['invalid', '[]'],
    ['invalid', '"text"'],
    ['invalid', '{"type":7}'],
    ['unknown-type', '{"type":"realtime.unheard_of","data":{}}'],
    ['unknown-type', '{"type":"constructor"}'],
    ['invalid', '{"type":"realtime.input_audio_buffer.append","data":{"audio":"not base64!"}}'],
    ['invalid', '{"type":"realtime.input_audio_buffer.append","data":{"audio":"AAAAA"}}'],
    ['invalid', '{"type":"realtime.input_audio_buffer.append","data":{}}'],
    ['invalid', '{"type":"visavis.expression","data":{"expression":"grin"}}'],
    ['invalid', '{"type":"visavis.expression"}'],
    ['invalid', '{"type":"realtime.input_config","data":{"content":"{oops"}}'],
    ['invalid', '{"type":"realtime.input_config","data":{"content":[1]}}'],
    ['invalid', '{"type":"realtime.input_image","data":{"content":"https://example.com/a.jpg"}}'],
    ['invalid', '{"type":"realtime.input_image","data":{"content":"data:image/svg+xml;base64,AAAA"}}'],
    ['invalid', '{"type":"conversation.item.create"}'],
    ['invalid', '{"type":"realtime.input_text","data":{"content":" "}}'],
    ['invalid', '{"type":"realtime.function_call_output","data":{"output":"4"}}'],
    ['invalid', '{"type":"webrtc.signaling.answer","data":{}}'],
  ])('calls %s what it is: %s', (kind, frame) => {
    expect(parseClientMessage(frame)).toMatchObject({ ok: false, kind });
  });

  it('knows binary and oversized frames', () => {
    expect(parseClientMessage(new Uint8Array(4))).toMatchObject({ ok: false, kind: 'binary' });
    expect(parseClientMessage('x'.repeat(LIMITS.bytes.imageFrame + 1))).toMatchObject({ ok: false, kind: 'too-large' });
  });

  it('survives nesting that would overflow a recursive reader', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    for (const frame of [
      `{"type":"realtime.function_call_output","data":{"call_id":"c","output":${deep}}}`,
      `{"type":"realtime.input_function_call","data":{"content":[{"name":"a","parameters":{"properties":{"x":${deep}}}}]}}`,
      `{"type":"conversation.item.create","item":{"content":${deep}}}`,
      `{"type":"realtime.input_config","data":${deep}}`,
    ]) {
      expect(parseClientMessage(frame)).toEqual({
        ok: false,
        kind: 'over-limit',
        detail: 'the message is nested more than 64 levels deep',
      });
    }
    const text = `{"type":"realtime.input_config","data":{"content":${JSON.stringify(`{"tools":${deep}}`)}}}`;
    expect(parseClientMessage(text)).toMatchObject({
      kind: 'over-limit',
      detail: 'content is nested more than 64 levels deep',
    });
  });

  it('never throws on 2,000 mutations of valid messages', () => {
    const random = seededRandom(20_260_101);
    let failures = 0;
    for (let round = 0; round < 2000; round += 1) {
      const row = rows[round % rows.length]!;
      const result = parseClientMessage(mutateText(JSON.stringify(row[1]), random));
      if (!result.ok) failures += 1;
    }
    // The mutations must really hurt, and must not hurt always.
    expect(failures).toBeGreaterThan(500);
    expect(failures).toBeLessThan(2000);
  });
});
