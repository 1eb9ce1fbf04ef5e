import { describe, expect, it } from 'vitest';
import { until } from '../navtalk-v2/test-harness.ts';
import { TEST_AVATAR, TEST_KEY } from '../test-doubles.ts';
import { RealtimeClient } from './testing/realtime-client.ts';
import { useSecureServer } from './testing/secure-server.ts';

const secure = useSecureServer();

function connect(): RealtimeClient {
  const headers = { authorization: `Bearer ${TEST_KEY}` };
  return new RealtimeClient(`wss://${secure.host}/v1/realtime?model=${TEST_AVATAR.name}`, { ca: secure.ca, headers });
}

describe('what clients send that is of no use', () => {
  const long = 'x'.repeat(200_000);
  it.each<[string, object, string]>([
    ['of no known type', { type: 'session.begin' }, 'invalid_value'],
    ['with sound that is none', { type: 'input_audio_buffer.append', audio: '!!' }, 'invalid_value'],
    [
      'with instructions that are too long',
      { type: 'session.update', session: { instructions: long } },
      'string_above_max_length',
    ],
    [
      'with a sample rate of nobody',
      { type: 'session.update', session: { audio: { input: { format: { type: 'audio/pcm', rate: 8000 } } } } },
      'invalid_value',
    ],
    [
      'with too many tools',
      {
        type: 'session.update',
        session: { tools: Array.from({ length: 200 }, (_, at) => ({ type: 'function', name: `t${at}` })) },
      },
      'invalid_value',
    ],
    ['about an item of nobody', { type: 'conversation.item.retrieve', item_id: 'item_x' }, 'item_not_found'],
    ['outside of the conversation', { type: 'response.create', response: { conversation: 'none' } }, 'unsupported'],
  ])('a message %s is answered with an error, and the call goes on', async (_what, message, code) => {
    const client = connect();
    await client.event('session.created');
    client.send({ event_id: 'mine', ...message });
    expect((await client.event('error')).error).toMatchObject({ code, event_id: 'mine' });
    client.send({ type: 'session.update', session: {} });
    await client.event('session.updated');
  });

  it('a message that is too deep is answered with an error', async () => {
    const client = connect();
    await client.event('session.created');
    client.socket.send(`{"type":"session.update","session":${'['.repeat(5000)}${']'.repeat(5000)}}`);
    expect((await client.event('error')).error).toMatchObject({ code: 'over_limit' });
  });

  it('one that is too large ends the call', async () => {
    const client = connect();
    await client.event('session.created');
    client.send({ type: 'session.update', session: { instructions: 'x'.repeat(300_000) } });
    expect((await client.event('error')).error).toMatchObject({ code: 'message_too_large' });
    expect((await client.closed).code).toBe(1009);
  });

  it('a flood of them ends the call', async () => {
    const client = connect();
    await client.event('session.created');
    for (let count = 0; count < 3000; count += 1) client.send({ type: 'response.cancel' });
    await until(
      () => client.events.some(({ error }) => (error as { code?: string })?.code === 'rate_limit_exceeded'),
      'the end',
    );
    expect((await client.closed).code).toBe(4029);
  });
});
