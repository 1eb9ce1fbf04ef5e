import { describe, expect, it } from 'vitest';
import { DEFAULT_TURN_DETECTION, type VoiceEvent } from '../../core/voice-port.ts';
import { classifyClose, classifyError, classifyStatus } from './failures.ts';
import { fromWire } from './from-wire.ts';
import { newTalk, type TalkState } from './talk-state.ts';
import { toWire } from './to-wire.ts';
import { readServerMessage } from './wire-messages.ts';

const NEW = newTalk(
  {
    voice: 'marin',
    prompt: '',
    firstMessage: '',
    avatarName: 'Ada',
    language: 'en',
    model: '',
    tools: [],
    turnDetection: DEFAULT_TURN_DETECTION,
  },
  { isOpenAi: true, turnDetection: 'server_vad' },
);

function feed(state: TalkState, ...messages: readonly object[]): { state: TalkState; events: VoiceEvent[] } {
  const events: VoiceEvent[] = [];
  for (const message of messages) {
    const read = readServerMessage(JSON.stringify(message));
    if (read === null) continue;
    const next = fromWire(state, read);
    events.push(...next.events);
    state = next.state;
  }
  return { state, events };
}

// Messages as the reference shows them, with long values cut.
const CREATED = {
  type: 'response.created',
  event_id: 'event_C9G8pqbTEddBSIxbBN6Os',
  response: {
    object: 'realtime.response',
    id: 'resp_C9G8p7IH2WxLbkgPNouYL',
    status: 'in_progress',
    status_details: null,
    output: [],
    conversation_id: 'conv_C9G8mmBkLhQJwCon3hoJN',
    output_modalities: ['audio'],
    max_output_tokens: 'inf',
    usage: null,
    metadata: null,
  },
};
const IN_REPLY = { response_id: CREATED.response.id, output_index: 0 };
const IN_MESSAGE = { ...IN_REPLY, item_id: 'item_CCXGRxsAimPAs8kS2Wc7Z', content_index: 0 };
const IN_CALL = { ...IN_REPLY, item_id: 'fc_001', call_id: 'call_001' };
const CALL_ADDED = {
  type: 'response.output_item.added',
  event_id: 'event_1',
  ...IN_REPLY,
  item: {
    id: 'fc_001',
    object: 'realtime.item',
    type: 'function_call',
    name: 'weather',
    call_id: 'call_001',
    arguments: '',
  },
};
const DONE = {
  type: 'response.done',
  event_id: 'event_CCXHxcMy86rrKhBLDdqCh',
  response: {
    object: 'realtime.response',
    id: CREATED.response.id,
    status: 'completed',
    status_details: null,
    output: [],
  },
};
const TURN = `reply_0_${CREATED.response.id}`;

describe('messages become events', () => {
  it.each<[string, object, VoiceEvent[]]>([
    [
      'speech begins',
      { type: 'input_audio_buffer.speech_started', event_id: 'e', audio_start_ms: 1000, item_id: 'msg_003' },
      [{ type: 'user-speech-started', itemId: 'msg_003', audioStartMs: 1000 }],
    ],
    [
      'speech ends',
      { type: 'input_audio_buffer.speech_stopped', event_id: 'e', audio_end_ms: 2000, item_id: 'msg_003' },
      [{ type: 'user-speech-stopped', itemId: 'msg_003', audioEndMs: 2000 }],
    ],
    [
      'words are recognised',
      {
        type: 'conversation.item.input_audio_transcription.delta',
        event_id: 'e',
        item_id: 'item_CCXGR',
        content_index: 0,
        delta: 'Hey',
        obfuscation: 'aLxx0jTE',
      },
      [{ type: 'user-transcript-delta', itemId: 'item_CCXGR', text: 'Hey' }],
    ],
    [
      'a transcript is complete',
      {
        type: 'conversation.item.input_audio_transcription.completed',
        event_id: 'e',
        item_id: 'item_CCXGR',
        content_index: 0,
        transcript: ' Hey, can you hear me?\n',
        usage: {
          type: 'tokens',
          total_tokens: 22,
          input_tokens: 13,
          output_tokens: 9,
          input_token_details: { text_tokens: 0, audio_tokens: 13 },
        },
      },
      [
        {
          type: 'usage',
          part: 'recogniser',
          amounts: { seconds: 0, inputTokens: 13, audioInputTokens: 13, outputTokens: 9 },
        },
        { type: 'user-transcript-done', itemId: 'item_CCXGR', text: 'Hey, can you hear me?' },
      ],
    ],
    [
      'a transcript could not be made',
      {
        type: 'conversation.item.input_audio_transcription.failed',
        event_id: 'e',
        item_id: 'msg_003',
        content_index: 0,
        error: { type: 'transcription_error', code: 'audio_unintelligible', message: 'The audio…', param: null },
      },
      [
        { type: 'user-transcript-done', itemId: 'msg_003', text: '' },
        {
          type: 'failed',
          category: 'internal',
          retryable: true,
          endsReply: false,
          message: expect.stringContaining('could not write down what you said'),
        },
      ],
    ],
    ['the service answers of its own accord', CREATED, [{ type: 'turn-started', turnId: TURN }]],
    ['limits are told', { type: 'rate_limits.updated', event_id: 'e', rate_limits: [{ name: 'requests' }] }, []],
    ['settings are confirmed', { type: 'session.updated', event_id: 'e', session: { type: 'realtime' } }, []],
    ['something unknown comes', { type: 'response.something.new', event_id: 'e' }, []],
    ['sound of an unknown reply', { type: 'response.output_audio.delta', ...IN_MESSAGE, delta: 'AAAA' }, []],
  ])('when %s', (_name, message, expected) => {
    expect(feed(NEW, message).events).toEqual(expected);
  });

  it.each([
    ['response.output_audio.delta', 'response.output_audio_transcript.delta'],
    ['response.audio.delta', 'response.audio_transcript.delta'],
    ['response.output_audio.delta', 'response.text.delta'],
  ])('sound and words (%s, %s)', (audioType, textType) => {
    const delta = Buffer.from([1, 0, 255, 255]).toString('base64');
    const { events } = feed(
      NEW,
      CREATED,
      { type: textType, event_id: 'e', ...IN_MESSAGE, delta: 'Hi ' },
      { type: audioType, event_id: 'e', ...IN_MESSAGE, delta },
      DONE,
    );
    expect(events.slice(1)).toEqual([
      { type: 'text-delta', turnId: TURN, text: 'Hi ' },
      { type: 'audio', turnId: TURN, pcm: Int16Array.of(1, -1) },
      { type: 'turn-done', turnId: TURN },
    ]);
  });

  it('calls of tools, named by the item where the message does not', () => {
    const { events } = feed(
      NEW,
      CREATED,
      CALL_ADDED,
      { type: 'response.function_call_arguments.delta', event_id: 'e', ...IN_CALL, delta: '{"a":' },
      { type: 'response.function_call_arguments.done', event_id: 'e', ...IN_CALL, arguments: '{"a":1}' },
      DONE,
    );
    const call = { turnId: TURN, callId: 'call_001', name: 'weather' };
    expect(events.slice(1)).toEqual([
      { type: 'tool-call-delta', ...call, delta: '{"a":' },
      { type: 'tool-call-done', ...call, argumentsJson: '{"a":1}' },
      { type: 'turn-done', turnId: TURN },
    ]);
  });

  it('an asked reply keeps our name for it, with metadata or, from other servers, without', () => {
    const asked = toWire(NEW, { type: 'respond', turnId: 'resp_1' }).state;
    const named = { ...CREATED, response: { ...CREATED.response, metadata: { turn_id: 'resp_1' } } };
    const words = { type: 'response.output_text.delta', ...IN_MESSAGE, delta: 'Hi' };
    const told = [
      { type: 'text-delta', turnId: 'resp_1', text: 'Hi' },
      { type: 'turn-done', turnId: 'resp_1' },
    ];
    expect(feed(asked, named, words, DONE).events).toEqual(told);
    expect(feed(asked, CREATED, words, DONE).events).toEqual(told);
    // A service that is known to give metadata back means its own reply.
    const own = feed({ ...asked, echoesMetadata: true }, CREATED, DONE).events;
    expect(own[0]).toEqual({ type: 'turn-started', turnId: TURN });
  });

  it('nothing more of a cancelled reply', () => {
    const begun = feed(NEW, CREATED, { type: 'response.audio.delta', ...IN_MESSAGE, delta: 'AAAA' }).state;
    const cancelled = toWire(begun, { type: 'cancel', turnId: TURN, playedMs: 0, heardText: '' }).state;
    expect(feed(cancelled, { type: 'response.audio.delta', ...IN_MESSAGE, delta: 'AAAA' }, DONE).events).toEqual([]);
  });

  it('an answer is asked for after a commit of the client only', () => {
    const committed = {
      type: 'input_audio_buffer.committed',
      event_id: 'e',
      item_id: 'msg_002',
      previous_item_id: null,
    };
    const message = readServerMessage(JSON.stringify(committed))!;
    expect(fromWire(NEW, message).messages).toEqual([]);
    const committing = toWire(NEW, { type: 'user-turn-stopped', itemId: 'x' }).state;
    expect(fromWire(committing, message).messages).toMatchObject([{ type: 'response.create' }]);
  });

  it("remembers the user's words before the answer, though they come later", () => {
    const { state } = feed(
      NEW,
      { type: 'input_audio_buffer.committed', item_id: 'u' },
      CREATED,
      { type: 'response.output_audio_transcript.delta', ...IN_MESSAGE, delta: 'Yes.' },
      { type: 'conversation.item.input_audio_transcription.completed', item_id: 'u', transcript: 'Really?' },
    );
    expect(state.memory).toMatchObject([{ text: 'Really?' }, { text: 'Yes.' }]);
  });

  it.each([['{'], ['[]'], ['null'], ['{"type":1}'], ['{"type":"response.done"}']])('%s is no message', (data) => {
    expect(readServerMessage(data)).toBeNull();
  });
});

describe('failures', () => {
  it.each([
    ['invalid_request_error', 'invalid_api_key', 'authentication', false],
    ['insufficient_quota', 'insufficient_quota', 'quota', false],
    ['invalid_request_error', 'rate_limit_exceeded', 'rate-limit', true],
    ['server_error', null, 'internal', true],
    ['invalid_request_error', 'model_not_found', 'invalid-request', false],
  ])('%s %s is %s', (type, code, category, retryable) => {
    expect(classifyError({ type, code, message: 'x' })).toMatchObject({ category, retryable });
  });

  it.each([
    [401, '', 'authentication'],
    [403, '', 'authentication'],
    [429, '{"error":{"type":"insufficient_quota","code":"insufficient_quota","message":"m"}}', 'quota'],
    [429, '<html>', 'rate-limit'],
    [404, '', 'invalid-request'],
    [503, '', 'connectivity'],
  ])('a handshake answered with %i %s is %s', (status, body, category) => {
    expect(classifyStatus(status, body).category).toBe(category);
  });

  it.each([
    [3000, 'invalid_request_error.invalid_api_key', 'authentication'],
    [1011, 'keepalive ping timeout', 'internal'],
    [1006, '', 'connectivity'],
  ])('a connection closed with %i %s is %s', (code, reason, category) => {
    expect(classifyClose(code, reason).category).toBe(category);
  });

  it('quote neither keys nor accounts', () => {
    const message = 'Incorrect API key provided: sk-proj-abcd****wxyz. You are in org-AbCdEf123.';
    const failure = classifyError({ type: 'invalid_request_error', code: 'invalid_api_key', message });
    expect(JSON.stringify(failure)).not.toMatch(/wxyz|abcd|AbCdEf/);
  });

  it('of a response end its turn; the talk goes on if trying again may help', () => {
    const error = { type: 'rate_limit_error', code: 'rate_limit_exceeded', message: 'Rate limit reached in org-1234' };
    const failed = {
      ...DONE,
      response: { ...DONE.response, status: 'failed', status_details: { type: 'failed', error } },
    };
    expect(feed(NEW, CREATED, failed).events.slice(1)).toEqual([
      { type: 'failed', category: 'rate-limit', retryable: true, message: expect.not.stringContaining('org-') },
      { type: 'turn-done', turnId: TURN },
    ]);
  });

  it.each([
    [{ code: 'response_cancel_not_active', event_id: null }, []],
    [{ code: 'invalid_value', event_id: 'truncate' }, []],
    [{ code: 'input_audio_buffer_commit_empty', event_id: 'commit' }, []],
    [{ code: 'session_expired', event_id: null }, []],
    [{ code: 'invalid_value', event_id: 'session_4' }, [{ category: 'invalid-request', retryable: true }]],
    [{ code: 'invalid_api_key', event_id: 'truncate' }, [{ category: 'authentication', retryable: false }]],
  ])('%o is told as %o', (error, expected) => {
    const message = {
      type: 'error',
      event_id: 'e',
      error: { type: 'invalid_request_error', message: 'm', param: null, ...error },
    };
    expect(feed(NEW, message).events).toMatchObject(expected);
  });

  it.each([
    [{ status: 'incomplete', status_details: { reason: 'max_output_tokens' } }, /longer than the voice service allows/],
    [{ status: 'incomplete', status_details: { reason: 'content_filter' } }, /content filter/],
    [{ status: 'incomplete', status_details: null }, /did not finish its answer\./],
    [{ status: 'completed' }, /empty answer/],
  ])('an answer that is not whole (%o) is told of', (outcome, message) => {
    const done = { ...DONE, response: { ...DONE.response, ...outcome } };
    expect(feed(NEW, CREATED, done).events.slice(1)).toEqual([
      { type: 'failed', category: 'internal', retryable: true, message: expect.stringMatching(message) },
      { type: 'turn-done', turnId: TURN },
    ]);
  });

  it('a reply that was interrupted may end empty', () => {
    const done = { ...DONE, response: { ...DONE.response, status: 'cancelled' } };
    expect(feed(NEW, CREATED, done).events.slice(1)).toEqual([{ type: 'turn-done', turnId: TURN }]);
  });

  it('of what was said to the service are told, and the reply that is under way goes on', () => {
    const error = { type: 'invalid_request_error', code: 'invalid_value', message: 'm', event_id: 'item_1' };
    const said = toWire(NEW, { type: 'text', itemId: 'a', text: 'Hi' }).state;
    expect(feed(said, { type: 'error', error }).events).toMatchObject([{ type: 'failed', endsReply: false }]);
    expect(feed(said, { type: 'error', error }).state.sentItems).toEqual([]);
  });

  it('of settings leave those before in force', () => {
    const changed = toWire(NEW, { type: 'configure', config: { prompt: 'Refused.' } }).state;
    const error = { type: 'invalid_request_error', code: 'invalid_value', message: 'm', event_id: 'session_1' };
    const { state, events } = feed(changed, { type: 'error', error });
    expect(state.config.prompt).toBe(NEW.config.prompt);
    expect(events).toMatchObject([{ type: 'failed', retryable: true, endsReply: false }]);
  });

  it('of a request for a reply end that reply', () => {
    const asked = toWire(NEW, { type: 'respond', turnId: 't' }).state;
    const error = { type: 'invalid_request_error', code: 'invalid_value', event_id: 'response_1', message: 'm' };
    expect(feed(asked, { type: 'error', error }).events).toMatchObject([
      { type: 'failed', retryable: true },
      { type: 'turn-done', turnId: 't' },
    ]);
  });
});

describe('what the service counts', () => {
  const usage = {
    total_tokens: 253,
    input_tokens: 132,
    output_tokens: 121,
    input_token_details: { text_tokens: 119, audio_tokens: 13, cached_tokens: 64 },
    output_token_details: { text_tokens: 30, audio_tokens: 91 },
  };
  const amounts = {
    inputTokens: 132,
    cachedInputTokens: 64,
    audioInputTokens: 13,
    outputTokens: 121,
    audioOutputTokens: 91,
  };
  const done = (rest: object) => ({ ...DONE, response: { ...DONE.response, usage, ...rest } });

  it('is told before the end of its reply, and of one that nobody knows, too', () => {
    const begun = feed(NEW, CREATED).state;
    expect(feed(begun, done({})).events[0]).toEqual({ type: 'usage', part: 'voice', amounts });
    expect(feed(NEW, done({ id: 'resp_unknown' })).events).toEqual([{ type: 'usage', part: 'voice', amounts }]);
  });

  it.each([[{ usage: null }], [{ usage: 'much' }], [{ usage: { input_tokens: 'many' } }], [{ usage: undefined }]])(
    'is nothing where it is %j',
    (rest) => {
      expect(feed(feed(NEW, CREATED).state, done(rest)).events.map(({ type }) => type)).not.toContain('usage');
    },
  );

  it('a reply that the service ends because the user speaks was interrupted; one that ends otherwise was not', () => {
    const cancelled = (reason: string) => done({ status: 'cancelled', status_details: { reason }, usage: null });
    const begun = feed(NEW, CREATED).state;
    expect(feed(begun, cancelled('turn_detected')).events).toEqual([
      { type: 'interrupted', turnId: TURN },
      { type: 'turn-done', turnId: TURN },
    ]);
    expect(feed(begun, cancelled('client_cancelled')).events).toEqual([{ type: 'turn-done', turnId: TURN }]);
  });
});
