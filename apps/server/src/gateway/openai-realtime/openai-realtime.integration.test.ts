import { describe, expect, it } from 'vitest';
import { until } from '../navtalk-v2/test-harness.ts';
import { TEST_AVATAR, TEST_KEY } from '../test-doubles.ts';
import { RealtimeClient } from './testing/realtime-client.ts';
import { useSecureServer } from './testing/secure-server.ts';

const secure = useSecureServer();
const HEADERS = { authorization: `Bearer ${TEST_KEY}` };

function connect(options: { model?: string; headers?: Record<string, string>; protocols?: string[] } = {}) {
  const { model = TEST_AVATAR.name, headers = HEADERS, protocols } = options;
  const query = model === '' ? '' : `?model=${encodeURIComponent(model)}`;
  const more = protocols === undefined ? {} : { protocols };
  return new RealtimeClient(`wss://${secure.host}/v1/realtime${query}`, { ca: secure.ca, headers, ...more });
}

const call = (index = 0) => secure.server.placer.calls[index]!;
const sound = new Uint8Array(960).fill(3);

function reply(turnId = 'resp_1', text = 'It is noon.'): void {
  call().emit({ type: 'reply-started', turnId });
  call().emit({ type: 'reply-text-delta', turnId, text });
  call().emit({ type: 'reply-audio', turnId, bytes: sound });
  call().emit({ type: 'reply-text-done', turnId, text });
  call().emit({ type: 'reply-generated', turnId });
}

describe('the door of OpenAI’s clients', () => {
  it('opens with a key as bearer, and tells the session without what the avatar was told', async () => {
    const client = connect();
    const created = await client.event('session.created');
    expect(created.session).toMatchObject({
      type: 'realtime',
      object: 'realtime.session',
      model: TEST_AVATAR.name,
      instructions: '',
      tracing: null,
      audio: { input: { turn_detection: { type: 'server_vad', create_response: true, interrupt_response: true } } },
    });
    expect(JSON.stringify(client.events)).not.toContain(TEST_AVATAR.prompt);
    expect(call().config).toMatchObject({ connection: 'none', audioBack: true, waitsForTools: true });
    expect(secure.commandTypes()).not.toContain('begin');
  });

  it('opens with a key among the sub-protocols, and does not send that back', async () => {
    const client = connect({ headers: {}, protocols: ['realtime', `openai-insecure-api-key.${TEST_KEY}`] });
    await client.event('session.created');
    expect(client.socket.protocol).toBe('realtime');
  });

  it.each([
    ['a wrong key', { headers: { authorization: 'Bearer sk_wrong' } }, 'invalid_api_key', 3000],
    ['no key', { headers: {} }, 'missing_api_key', 3000],
    ['an avatar of nobody here', { model: 'theirs' }, 'model_not_found', 4004],
    ['an id of nobody here', { model: 'f'.repeat(32) }, 'model_not_found', 4004],
  ])('is shut for %s', async (_what, options, code, closeCode) => {
    const client = connect(options);
    expect((await client.event('error')).error).toMatchObject({ code, message: expect.any(String) });
    expect((await client.closed).code).toBe(closeCode);
    expect(secure.server.placer.calls).toEqual([]);
  });

  it.each([[''], ['gpt-realtime-2.1'], [TEST_AVATAR.avatarId]])('takes %s for a model', async (model) => {
    const client = connect({ model });
    await client.event('session.created');
    expect(call().config.avatar.id).toBe(TEST_AVATAR.avatarId);
  });

  it('tells a spoken exchange in the order of the interface, and keeps it in the record', async () => {
    const client = connect();
    await client.event('session.created');
    client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { transcription: { model: 'gpt-4o-mini-transcribe' } } } },
    });
    await client.event('session.updated');
    client.events.length = 0;
    client.send({ type: 'input_audio_buffer.append', audio: Buffer.from(sound).toString('base64') });
    await until(() => secure.commandTypes().includes('user-audio'), 'sound');
    call().emit({ type: 'user-speech-started', itemId: 'item_1', audioStartMs: 40 });
    call().emit({ type: 'user-speech-stopped', itemId: 'item_1', audioEndMs: 1040 });
    call().emit({ type: 'user-transcript-done', itemId: 'item_1', text: 'What time is it?' });
    reply();
    call().emit({ type: 'reply-done', turnId: 'resp_1', interrupted: false, playedMs: 20, heardText: 'It is noon.' });
    await client.event('response.done');
    expect(client.types()).toEqual([
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'conversation.item.input_audio_transcription.completed',
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_audio_transcript.delta',
      'response.output_audio.delta',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
    ]);
    expect(new Set(client.events.map(({ event_id }) => event_id)).size).toBe(client.events.length);
    expect(client.events.find(({ type }) => type === 'response.output_audio.delta')).toMatchObject({
      response_id: 'resp_1',
      item_id: 'msg_resp_1',
      output_index: 0,
      content_index: 0,
      delta: Buffer.from(sound).toString('base64'),
    });
    expect((await client.event('response.done')).response).toMatchObject({
      id: 'resp_1',
      status: 'completed',
      output: [{ content: [{ transcript: 'It is noon.' }] }],
      usage: { input_token_details: { audio_tokens: 10 }, output_token_details: { audio_tokens: 1 } },
    });
    client.socket.close();
    await until(() => secure.server.conversations.entries.some(({ kind }) => kind === 'end'), 'the record');
    expect(secure.server.conversations.entries.map(({ value }) => value.text).filter(Boolean)).toEqual([
      'What time is it?',
      'It is noon.',
    ]);
  });

  it('calls tools, takes their results, and answers when it is asked to', async () => {
    const client = connect();
    await client.event('session.created');
    const tools = [{ type: 'function', name: 'clock', description: 'Tells the time.', parameters: {} }];
    client.send({ type: 'session.update', session: { type: 'realtime', tools } });
    expect((await client.event('session.updated')).session).toMatchObject({ tools: [{ name: 'clock' }] });
    call().emit({ type: 'reply-started', turnId: 'resp_1' });
    const tool = { turnId: 'resp_1', callId: 'call_1', name: 'clock' };
    call().emit({ type: 'tool-call-delta', ...tool, delta: '{}' });
    call().emit({ type: 'tool-call-done', ...tool, argumentsJson: '{}' });
    call().emit({ type: 'reply-generated', turnId: 'resp_1' });
    const { response } = await client.event('response.done');
    const output = [{ type: 'function_call', status: 'completed', call_id: 'call_1', name: 'clock', arguments: '{}' }];
    expect(response).toMatchObject({ status: 'completed', output });
    client.send({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'call_1', output: '"noon"' },
    });
    client.send({ type: 'response.create', response: { metadata: { topic: 'time' } } });
    await until(() => secure.commandTypes().includes('respond'), 'respond');
    expect(call().commands).toContainEqual({ type: 'tool-result', callId: 'call_1', output: '"noon"', reply: false });
    call().emit({ type: 'reply-started', turnId: 'resp_2' });
    expect((await client.event('response.created', 1)).response).toMatchObject({ metadata: { topic: 'time' } });
    client.send({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'theirs', output: '1' },
    });
    expect((await client.event('error')).error).toMatchObject({ code: 'invalid_tool_call_id' });
  });

  it('ends what is being said when the user speaks, and keeps what was heard of it', async () => {
    const client = connect();
    await client.event('session.created');
    call().emit({ type: 'reply-started', turnId: 'resp_1' });
    call().emit({ type: 'reply-text-delta', turnId: 'resp_1', text: 'It is noon, and so on.' });
    call().emit({ type: 'reply-audio', turnId: 'resp_1', bytes: sound });
    call().emit({ type: 'user-speech-started', itemId: 'item_2', audioStartMs: 500 });
    await until(() => secure.commandTypes().includes('interrupt'), 'interrupt');
    call().emit({ type: 'reply-done', turnId: 'resp_1', interrupted: true, playedMs: 10, heardText: 'It is' });
    expect((await client.event('response.done')).response).toMatchObject({
      status: 'cancelled',
      status_details: { reason: 'turn_detected' },
    });
    client.send({ type: 'conversation.item.truncate', item_id: 'msg_resp_1', content_index: 0, audio_end_ms: 9000 });
    client.send({ type: 'conversation.item.retrieve', item_id: 'msg_resp_1' });
    expect(await client.event('conversation.item.truncated')).toMatchObject({ item_id: 'msg_resp_1' });
    expect((await client.event('conversation.item.retrieved')).item).toMatchObject({
      status: 'incomplete',
      content: [{ type: 'output_audio', transcript: 'It is' }],
    });
  });

  it('answers typed words, takes history before them, and cancels when told to', async () => {
    const client = connect();
    await client.event('session.created');
    const say = (role: string, text: string) => {
      const type = role === 'assistant' ? 'output_text' : 'input_text';
      client.send({ type: 'conversation.item.create', item: { type: 'message', role, content: [{ type, text }] } });
    };
    say('user', 'I am Ann.');
    say('assistant', 'Hello Ann.');
    say('user', 'Who am I?');
    client.send({ type: 'response.create', response: { output_modalities: ['text'], instructions: 'Be brief.' } });
    await until(() => secure.commandTypes().includes('respond'), 'respond');
    expect(call().commands).toEqual([
      { type: 'history', items: [{ role: 'user', text: 'I am Ann.' }] },
      { type: 'history', items: [{ role: 'assistant', text: 'Hello Ann.' }] },
      { type: 'user-text', text: 'Who am I?', reply: false },
      { type: 'respond', instructions: 'Be brief.' },
    ]);
    reply('resp_1', 'Ann.');
    expect(await client.event('response.output_text.done')).toMatchObject({ text: 'Ann.' });
    expect(client.types()).not.toContain('response.output_audio.delta');
    client.send({ type: 'response.cancel' });
    expect((await client.event('error')).error).toMatchObject({ code: 'response_cancel_not_active' });
  });

  it('waits for the words of a turn that the client ended before it answers it', async () => {
    const client = connect();
    await client.event('session.created');
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } });
    await client.event('session.updated');
    client.send({ type: 'input_audio_buffer.append', audio: Buffer.from(sound).toString('base64') });
    client.send({ type: 'input_audio_buffer.commit' });
    client.send({ type: 'response.create' });
    await until(() => secure.commandTypes().includes('user-audio-commit'), 'commit');
    expect(call().commands[0]).toMatchObject({
      type: 'configure',
      patch: { answersTurns: false, turnDetection: { endsBy: 'client' } },
    });
    call().emit({ type: 'user-speech-started', itemId: 'item_1', audioStartMs: 0 });
    call().emit({ type: 'user-speech-stopped', itemId: 'item_1', audioEndMs: 20 });
    expect(await client.event('input_audio_buffer.committed')).toMatchObject({ item_id: 'item_1' });
    expect(secure.commandTypes()).not.toContain('respond');
    call().emit({ type: 'user-transcript-done', itemId: 'item_1', text: 'Now.' });
    await until(() => secure.commandTypes().includes('respond'), 'respond');
    expect(client.types()).not.toContain('input_audio_buffer.speech_started');
  });

  it('takes a turn without any voice for one without words', async () => {
    const client = connect();
    await client.event('session.created');
    client.send({ type: 'input_audio_buffer.commit' });
    client.send({ type: 'response.create' });
    await client.event('input_audio_buffer.committed');
    await until(() => secure.commandTypes().includes('respond'), 'respond');
  });

  it('speaks telephone sound in both directions', async () => {
    const client = connect();
    await client.event('session.created');
    const format = { type: 'audio/pcmu' };
    client.send({ type: 'session.update', session: { audio: { input: { format }, output: { format } } } });
    await client.event('session.updated');
    client.send({ type: 'input_audio_buffer.append', audio: Buffer.from([0x80, 0x80]).toString('base64') });
    await until(() => secure.commandTypes().includes('user-audio'), 'sound');
    const heard = call().commands.find(({ type }) => type === 'user-audio');
    const { bytes } = heard as Extract<typeof heard, { type: 'user-audio' }>;
    expect([...new Int16Array(bytes.slice().buffer)]).toEqual([10_708, 21_416, 32_124, 32_124, 32_124, 32_124]);
    reply();
    const { delta } = await client.event('response.output_audio.delta');
    expect(Buffer.from(delta as string, 'base64').length).toBe(158);
  });

  it('speaks the beta of the interface with clients that ask for it', async () => {
    const client = connect({ headers: { ...HEADERS, 'openai-beta': 'realtime=v1' } });
    expect((await client.event('session.created')).session).toMatchObject({
      modalities: ['text', 'audio'],
      input_audio_format: 'pcm16',
      turn_detection: { type: 'server_vad' },
    });
    client.send({
      type: 'session.update',
      session: { instructions: 'Be brief.', voice: 'marin', modalities: ['text', 'audio'] },
    });
    await until(() => secure.commandTypes().includes('configure'), 'configure');
    expect(call().commands[0]).toEqual({ type: 'configure', patch: { prompt: 'Be brief.', voice: 'marin' } });
    reply();
    await client.event('response.done');
    expect(client.types()).toEqual(expect.arrayContaining(['response.audio.delta', 'conversation.item.created']));
    expect(client.types().filter((type) => /output_audio|item\.(added|done)$/.test(type))).toEqual([
      'response.output_item.added',
      'response.output_item.done',
    ]);
  });

  it('tells a failure of the voice with the response that it ends', async () => {
    const client = connect();
    await client.event('session.created');
    call().emit({ type: 'reply-started', turnId: 'resp_1' });
    call().emit({ type: 'failed', code: 'voice-failed', message: 'No answer came.', fatal: false });
    call().emit({ type: 'reply-generated', turnId: 'resp_1' });
    expect((await client.event('response.done')).response).toMatchObject({
      status: 'failed',
      status_details: { error: { message: 'No answer came.' } },
    });
    call().emit({ type: 'failed', code: 'voice-unavailable', message: 'Quota used up.', fatal: true });
    expect((await client.event('error')).error).toMatchObject({ type: 'server_error', message: 'Quota used up.' });
    expect((await client.closed).code).toBe(1011);
  });
});

describe('requests for responses', () => {
  it('more than one at a time is refused', async () => {
    const client = connect();
    await client.event('session.created');
    client.send({ type: 'response.create' });
    client.send({ type: 'response.create' });
    expect((await client.event('error')).error).toMatchObject({ code: 'conversation_already_has_active_response' });
    expect(secure.commandTypes().filter((type) => type === 'respond')).toHaveLength(1);
  });

  const responds = () => call().commands.filter(({ type }) => type === 'respond');
  const refusals = async (client: RealtimeClient) => {
    client.send({ type: 'session.update', session: {} });
    await client.event('session.updated');
    return client.events.filter(({ type }) => type === 'error');
  };

  it('one more while the last still plays follows it, once', async () => {
    const client = connect();
    await client.event('session.created');
    reply();
    await client.event('response.done');
    client.send({ type: 'response.create' });
    await until(() => responds().length === 1, 'the request');
    expect(responds()).toEqual([{ type: 'respond', always: true }]);
  });

  it.each<[string, (client: RealtimeClient) => void]>([
    ['cancelled', (client) => client.send({ type: 'response.cancel' })],
    [
      'spoken over',
      () => {
        call().emit({ type: 'user-speech-started', itemId: 'item_1', audioStartMs: 0 });
        call().emit({ type: 'user-speech-stopped', itemId: 'item_1', audioEndMs: 500 });
      },
    ],
    ['taken over by a person', () => call().emit({ type: 'answered-by', by: 'operator', canChange: true })],
  ])('one that was %s before it began does not stand in the way of the next', async (_how, undo) => {
    const client = connect();
    await client.event('session.created');
    client.send({ type: 'response.create' });
    await until(() => responds().length === 1, 'the request');
    undo(client);
    client.send({ type: 'response.create' });
    await until(() => responds().length === 2, 'the next one');
    expect(await refusals(client)).toEqual([]);
  });

  it('while a person answers, requests neither fail nor wait', async () => {
    const client = connect();
    await client.event('session.created');
    call().emit({ type: 'answered-by', by: 'operator', canChange: true });
    client.send({ type: 'response.create' });
    client.send({ type: 'response.create' });
    await until(() => responds().length === 2, 'both');
    expect(await refusals(client)).toEqual([]);
  });
});
