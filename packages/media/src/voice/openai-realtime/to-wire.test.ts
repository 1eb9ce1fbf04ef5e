import { describe, expect, it } from 'vitest';
import { DEFAULT_TURN_DETECTION, type VoiceConfig, type VoiceInput } from '../../core/voice-port.ts';
import { connected } from './connection-steps.ts';
import { fromWire } from './from-wire.ts';
import { openAiVoices, voiceName } from './openai-voices.ts';
import { sessionSettings } from './session-settings.ts';
import { newTalk, type TalkState } from './talk-state.ts';
import { clientMessageSchema } from './testing/client-message-schema.ts';
import { toWire } from './to-wire.ts';
import { type ClientMessage, readServerMessage } from './wire-messages.ts';

const CONFIG: VoiceConfig = {
  voice: 'cedar',
  prompt: 'You are Mia.',
  firstMessage: '',
  avatarName: 'Mia',
  language: 'de-DE',
  model: '',
  tools: [{ name: 'weather', description: 'Tells the weather.', parameters: { type: 'object' } }],
  turnDetection: DEFAULT_TURN_DETECTION,
};
const OPENAI = { isOpenAi: true, turnDetection: 'server_vad' } as const;
const NEW = newTalk(CONFIG, OPENAI);

/** Feeds inputs and messages of the service; gives the state and all that the service is told. */
function play(...steps: readonly (VoiceInput | string)[]): { state: TalkState; messages: ClientMessage[] } {
  const messages: ClientMessage[] = [];
  let state: TalkState = NEW;
  for (const each of steps) {
    const message = typeof each === 'string' ? readServerMessage(each) : null;
    const next = typeof each === 'string' ? (message === null ? null : fromWire(state, message)) : toWire(state, each);
    if (next === null) throw new Error(`No message: ${String(each)}`);
    messages.push(...next.messages);
    state = next.state;
  }
  for (const message of messages) expect(clientMessageSchema.safeParse(message).error).toBeUndefined();
  return { state, messages };
}

const created = (id: string, turnId: string): string =>
  JSON.stringify({ type: 'response.created', response: { id, metadata: { turn_id: turnId } } });
const done = (id: string): string => JSON.stringify({ type: 'response.done', response: { id, status: 'completed' } });
const sound = (response_id: string, item_id: string, durationMs: number): string =>
  JSON.stringify({
    type: 'response.output_audio.delta',
    response_id,
    item_id,
    output_index: 0,
    content_index: 0,
    delta: Buffer.alloc(durationMs * 48).toString('base64'),
  });

describe('inputs become messages', () => {
  it.each<[string, VoiceInput, object[]]>([
    [
      'sound',
      { type: 'audio', pcm: Int16Array.of(1, -2) },
      [{ type: 'input_audio_buffer.append', audio: Buffer.from([1, 0, 254, 255]).toString('base64') }],
    ],
    ['no sound', { type: 'audio', pcm: new Int16Array(0) }, []],
    [
      'typed words',
      { type: 'text', itemId: 'text_1', text: 'Hi' },
      [
        {
          type: 'conversation.item.create',
          item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
        },
      ],
    ],
    [
      'a picture',
      { type: 'image', dataUrl: 'data:image/jpeg;base64,AA==' },
      [{ item: { role: 'user', content: [{ type: 'input_image', image_url: 'data:image/jpeg;base64,AA==' }] } }],
    ],
    [
      'earlier turns',
      {
        type: 'history',
        items: [
          { role: 'system', text: 'A' },
          { role: 'user', text: 'B' },
          { role: 'assistant', text: 'C' },
          { role: 'user', text: '' },
        ],
      },
      [
        { item: { role: 'system', content: [{ type: 'input_text', text: 'A' }] } },
        { item: { role: 'user', content: [{ type: 'input_text', text: 'B' }] } },
        { item: { role: 'assistant', content: [{ type: 'output_text', text: 'C' }] } },
      ],
    ],
    [
      'a reply',
      { type: 'respond', turnId: 't' },
      [{ type: 'response.create', response: { metadata: { turn_id: 't' } } }],
    ],
    [
      'a reply with instructions, which replace those of the talk',
      { type: 'respond', turnId: 't', instructions: 'Be brief.' },
      [{ response: { instructions: expect.stringMatching(/^You are Mia\.[\s\S]*\n\nBe brief\.$/) } }],
    ],
    [
      'given words',
      { type: 'say', turnId: 't', text: 'Hello.' },
      [
        {
          response: {
            instructions: expect.stringMatching(/exactly[\s\S]*\n\nHello\.$/),
            input: [],
            tool_choice: 'none',
          },
        },
      ],
    ],
    [
      'the result of a tool',
      { type: 'tool-result', callId: 'call_1', output: '{"t":1}' },
      [{ item: { type: 'function_call_output', call_id: 'call_1', output: '{"t":1}' } }],
    ],
    ["the end of the user's turn", { type: 'user-turn-stopped', itemId: 'i' }, [{ type: 'input_audio_buffer.commit' }]],
    ['the cancelling of an unknown turn', { type: 'cancel', turnId: 'x', playedMs: 1, heardText: '' }, []],
  ])('%s', (_name, input, expected) => {
    expect(play(input).messages).toMatchObject(expected);
    expect(play(input).messages).toHaveLength(expected.length);
  });

  it('describes the talk', () => {
    expect(sessionSettings(CONFIG, OPENAI, true)).toEqual({
      type: 'realtime',
      output_modalities: ['audio'],
      instructions: 'You are Mia.\n\nSpeak German (Germany) unless the user speaks or asks for another language.',
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24_000 },
          transcription: { model: 'gpt-transcribe' },
          turn_detection: {
            type: 'server_vad',
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: 500,
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'cedar' },
      },
      tools: [{ type: 'function', name: 'weather', description: 'Tells the weather.', parameters: { type: 'object' } }],
      tool_choice: 'auto',
    });
    const semantic = sessionSettings(CONFIG, { ...OPENAI, turnDetection: 'semantic_vad' }, false).audio;
    expect(semantic.input.turn_detection).toMatchObject({ type: 'semantic_vad', eagerness: 'auto' });
    expect(semantic.output).not.toHaveProperty('voice');
    const eager = (endsBy: 'silence' | 'sense') =>
      sessionSettings(
        { ...CONFIG, turnDetection: { ...CONFIG.turnDetection, endsBy, eagerness: 'low' } },
        OPENAI,
        false,
      ).audio.input.turn_detection;
    expect(eager('sense')).toMatchObject({ type: 'semantic_vad', eagerness: 'low', create_response: true });
    expect(eager('silence')).toMatchObject({ type: 'server_vad', silence_duration_ms: 500 });
  });

  it.each([
    ['marin', true, 'marin'],
    ['onyx', true, 'cedar'],
    ['somebody', true, 'marin'],
    ['somebody', false, 'somebody'],
    ['', false, 'marin'],
  ])('voice %s (only known ones: %s) is %s', (voice, onlyKnownVoices, expected) => {
    expect(voiceName(voice, onlyKnownVoices)).toBe(expected);
    const described = openAiVoices(onlyKnownVoices ? undefined : 'wss://voices.example/v1/realtime');
    expect(described.speakerOf(voice)?.voice ?? voice).toBe(expected);
  });

  it('changes settings, empty ones aside, and no longer the voice once the service has spoken', () => {
    const configure = { type: 'configure', config: { voice: 'ash', prompt: '' } } as const;
    expect(play(configure).messages).toMatchObject([
      { type: 'session.update', session: { audio: { output: { voice: 'ash' } } } },
    ]);
    expect(play(configure).state.config.prompt).toBe('You are Mia.');
    const later = play({ type: 'respond', turnId: 't' }, created('r', 't'), sound('r', 'i', 20), configure);
    expect(later.messages.at(-1)).not.toHaveProperty('session.audio.output.voice');
  });

  it('keeps three pictures at most', () => {
    const image: VoiceInput = { type: 'image', dataUrl: 'data:image/png;base64,AA==' };
    const { messages, state } = play(image, image, image, image);
    const ids = messages.flatMap((message) => ('item' in message && 'id' in message.item ? [message.item.id] : []));
    expect(new Set(ids).size).toBe(4);
    expect(messages.at(-1)).toMatchObject({ type: 'conversation.item.delete', item_id: ids[0] });
    expect(state.memory).toHaveLength(3);
  });
});

describe('replies', () => {
  it('are asked for one after the other', () => {
    const both = play({ type: 'respond', turnId: 'a' }, { type: 'respond', turnId: 'b' });
    expect(both.messages).toHaveLength(1);
    const after = play(
      { type: 'respond', turnId: 'a' },
      { type: 'respond', turnId: 'b' },
      created('r', 'a'),
      done('r'),
    );
    expect(after.messages.at(-1)).toMatchObject({ type: 'response.create', response: { metadata: { turn_id: 'b' } } });
  });

  it('are asked for again when the service was busy', () => {
    const busy = { code: 'conversation_already_has_active_response', event_id: 'response_1' };
    const { messages } = play(
      JSON.stringify({ type: 'response.created', response: { id: 'own', metadata: null } }),
      { type: 'respond', turnId: 'a' },
      JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', ...busy } }),
      done('own'),
    );
    expect(messages.filter(({ type }) => type === 'response.create')).toHaveLength(1);
  });

  it('are refused when too many wait', () => {
    let state = NEW;
    for (let index = 0; index < 9; index += 1) state = toWire(state, { type: 'respond', turnId: `t${index}` }).state;
    expect(toWire(state, { type: 'respond', turnId: 'x' }).events).toMatchObject([
      { type: 'failed', category: 'rate-limit', retryable: true },
      { type: 'turn-done', turnId: 'x' },
    ]);
  });

  it('are cut where they were heard to', () => {
    const { messages, state } = play(
      { type: 'respond', turnId: 't' },
      created('r', 't'),
      sound('r', 'first', 400),
      sound('r', 'second', 400),
      sound('r', 'third', 400),
      { type: 'cancel', turnId: 't', playedMs: 650.7, heardText: 'So far' },
    );
    expect(messages.slice(1)).toEqual([
      { type: 'response.cancel', event_id: 'cancel', response_id: 'r' },
      {
        type: 'conversation.item.truncate',
        event_id: 'truncate',
        item_id: 'second',
        content_index: 0,
        audio_end_ms: 250,
      },
      { type: 'conversation.item.delete', event_id: 'delete', item_id: 'third' },
    ]);
    expect(state.memory).toEqual([{ kind: 'message', role: 'assistant', key: 't', text: 'So far' }]);
  });

  it('are only truncated when they had been generated, and not even that when all was heard', () => {
    const talk = [{ type: 'respond', turnId: 't' }, created('r', 't'), sound('r', 'i', 400), done('r')] as const;
    const cut = play(...talk, { type: 'cancel', turnId: 't', playedMs: 100, heardText: '' });
    expect(cut.messages.slice(1)).toMatchObject([{ type: 'conversation.item.truncate', audio_end_ms: 100 }]);
    const whole = play(...talk, { type: 'cancel', turnId: 't', playedMs: 400, heardText: 'all' });
    expect(whole.messages).toHaveLength(1);
  });

  it('that are cancelled before they begin end when they do, and make room for the next', () => {
    const { messages } = play(
      { type: 'respond', turnId: 'a' },
      { type: 'cancel', turnId: 'a', playedMs: 0, heardText: '' },
      { type: 'respond', turnId: 'b' },
      created('r', 'a'),
      done('r'),
    );
    expect(messages.slice(1)).toMatchObject([
      { type: 'response.cancel', response_id: 'r' },
      { type: 'response.create', response: { metadata: { turn_id: 'b' } } },
    ]);
  });
});

describe('a new connection', () => {
  it('is told the settings, the talk so far, and what is still to be answered', () => {
    const { state } = play(
      { type: 'text', itemId: 'x', text: 'What is this?' },
      { type: 'image', dataUrl: 'data:image/png;base64,AA==' },
      { type: 'respond', turnId: 't' },
    );
    const { messages, events } = connected(state);
    for (const message of messages) expect(clientMessageSchema.safeParse(message).error).toBeUndefined();
    expect(messages).toMatchObject([
      { type: 'session.update', session: { audio: { output: { voice: 'cedar' } } } },
      { item: { content: [{ text: 'What is this?' }] } },
      { item: { content: [{ type: 'input_image' }] } },
      { type: 'response.create', response: { metadata: { turn_id: 't' } } },
    ]);
    expect(events).toEqual([]);
  });

  it('ends what was cut: a reply in the middle, and what the user was saying', () => {
    const { state } = play(
      { type: 'respond', turnId: 't' },
      created('r', 't'),
      JSON.stringify({ type: 'response.output_audio_transcript.delta', response_id: 'r', item_id: 'i', delta: 'So' }),
      sound('r', 'i', 100),
      JSON.stringify({ type: 'input_audio_buffer.speech_started', audio_start_ms: 5, item_id: 'u' }),
    );
    const { messages, events } = connected(state);
    expect(messages.slice(1)).toMatchObject([{ item: { role: 'assistant', content: [{ text: 'So' }] } }]);
    expect(events).toEqual([
      { type: 'user-speech-stopped', itemId: 'u', audioEndMs: 5 },
      { type: 'user-transcript-done', itemId: 'u', text: '' },
      { type: 'turn-done', turnId: 't' },
    ]);
  });

  it('is told only as much as fits, and no result without its call', () => {
    const long = 'x'.repeat(25_000);
    const { state } = play(
      { type: 'respond', turnId: 't' },
      created('r', 't'),
      JSON.stringify({
        type: 'response.function_call_arguments.done',
        response_id: 'r',
        item_id: 'f',
        call_id: 'c',
        name: 'weather',
        arguments: long,
      }),
      done('r'),
      { type: 'tool-result', callId: 'c', output: 'sunny' },
      { type: 'history', items: [1, 2].map((n) => ({ role: 'user', text: `${n}${long}` })) },
    );
    const items = connected(state).messages.slice(1);
    expect(items).toMatchObject([
      { item: { content: [{ text: `1${long}` }] } },
      { item: { content: [{ text: `2${long}` }] } },
    ]);
  });
});

it('keeps a bounded number of settings whose confirmation may come, though the service confirms none', () => {
  const changes = Array.from({ length: 500 }, (_, k) => ({
    type: 'configure' as const,
    config: { prompt: `You are number ${k}.` },
  }));
  const { state } = play(...changes);
  expect(state.sentSettings.length).toBeLessThanOrEqual(16);
  expect(state.sentSettings.at(-1)?.before.prompt).toBe('You are number 498.');
});
