import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../core/clock.ts';
import type { Logger } from '../../../core/logger.ts';
import { ManualClock } from '../../../core/manual-clock.ts';
import type { VoiceProvider } from '../../../core/voice-port.ts';
import { RecordedTalk } from '../../conformance.ts';
import { guardedNetwork, openNetwork, type ServiceNetwork } from '../../shared/service-network.ts';
import { type AgentsVoiceOptions, createAgentsVoice } from './agents-voice.ts';
import { USUAL_BEHAVIOUR } from './testing/scripted-agent.ts';
import { ScriptedAgentsServer, TEST_AGENT, TEST_API_KEY } from './testing/scripted-agents-server.ts';

let server: ScriptedAgentsServer;
let provider: VoiceProvider;
const logged: string[] = [];
const log = (fields: object, message: string): void => void logged.push(JSON.stringify({ ...fields, message }));
const logger: Logger = { debug: log, info: log, warn: log, error: log };

function createVoice(options: Partial<AgentsVoiceOptions> = {}): VoiceProvider {
  return createAgentsVoice({
    agent: TEST_AGENT,
    words: 'avatar',
    url: server.origin,
    apiKey: TEST_API_KEY,
    network: openNetwork,
    clock: systemClock,
    logger,
    ...options,
  });
}

beforeAll(async () => {
  server = await ScriptedAgentsServer.start();
  provider = createVoice();
});
beforeEach(() => {
  server.refusal = null;
  Object.assign(server.behaviour, USUAL_BEHAVIOUR);
});
afterEach(() => {
  expect(server.agents.flatMap(({ mistakes }) => mistakes)).toEqual([]);
  expect(logged.join('\n')).not.toContain(TEST_API_KEY);
});
afterAll(async () => {
  await provider.close();
  await server.close();
});

describe('a failure', () => {
  it.each<[string, number, string, string, RegExp]>([
    ['a refused key', 401, '{"detail":{"status":"invalid_api_key"}}', 'authentication', /Choose a key/],
    ['no credit', 401, '{"detail":{"status":"quota_exceeded"}}', 'quota', /no credit/],
    ['an unknown agent', 404, '{"detail":{"status":"document_not_found"}}', 'invalid-request', /no agent with this id/],
    [
      'too many talks',
      429,
      '{"detail":{"status":"too_many_concurrent_requests"}}',
      'rate-limit',
      /no more conversations/,
    ],
    ['a fault', 500, 'oops', 'connectivity', /cannot be reached/],
    ['an answer that is none', 200, 'oops', 'internal', /fault of its own/],
  ])('%s, of the request to begin, is told in a sentence', async (_what, status, body, category, message) => {
    server.refusal = { status, body };
    await expect(RecordedTalk.open(provider)).rejects.toMatchObject({
      category,
      message: expect.stringMatching(message),
    });
  });

  it.each<[string, number, string, string, RegExp]>([
    ['a quota', 1002, 'This request exceeds your quota limit.', 'quota', /no credit/],
    [
      'a forbidden override',
      1008,
      "Override for field 'prompt' is not allowed by config.",
      'invalid-request',
      /Allow these overrides/,
    ],
    [
      'a hidden agent',
      1008,
      'Could not authorize the conversation, authentication required',
      'authentication',
      /Choose a key/,
    ],
    ['a fault', 1011, '', 'internal', /fault of its own/],
  ])(
    '%s, with which the conversation ends at once, is told in a sentence',
    async (_what, code, reason, category, message) => {
      server.behaviour.refusal = { code, reason };
      await expect(RecordedTalk.open(provider)).rejects.toMatchObject({
        category,
        message: expect.stringMatching(message),
      });
    },
  );

  it('of the key names no key, and the key goes to nobody but the base URL', async () => {
    const wrong = createVoice({ apiKey: 'sk_eleven_wrong' });
    const error = await RecordedTalk.open(wrong).catch((reason: unknown) => reason);
    expect(String(error)).not.toContain('wrong');
    expect(logged.join('\n')).not.toContain('sk_eleven_wrong');
  });

  it('of a private agent without a key says that it needs one; a public one talks', async () => {
    const closed = createVoice({ apiKey: null });
    await expect(RecordedTalk.open(closed)).rejects.toMatchObject({ category: 'authentication' });
    const open = createVoice({ apiKey: null, agent: 'agent_public' });
    const talk = await RecordedTalk.open(open);
    talk.send({ type: 'respond', turnId: 'one' });
    await talk.untilDone('one');
    await open.close();
  });

  it('by a kind of sound that is not spoken here names it', async () => {
    server.behaviour.agentFormat = 'ulaw_8000';
    await expect(RecordedTalk.open(provider)).rejects.toMatchObject({
      category: 'invalid-request',
      message: expect.stringContaining('ulaw_8000'),
    });
  });

  it('of an address inside the server’s own network keeps customers out', async () => {
    const network = guardedNetwork([]);
    await expect(RecordedTalk.open(createVoice({ network }))).rejects.toMatchObject({ category: 'connectivity' });
    const open = createVoice({ network, apiKey: null, agent: 'agent_public' });
    await expect(RecordedTalk.open(open)).rejects.toMatchObject({ category: 'connectivity' });
  });

  it('of one answer is told, and the talk goes on', async () => {
    const talk = await RecordedTalk.open(provider);
    server.latest.fail({ code: 1011, error_type: 'llm_timeout', message: 'The model is slow.' });
    await talk.until(() => talk.of('failed').length === 1);
    expect(talk.of('failed')).toMatchObject([{ category: 'internal', retryable: true }]);
    talk.send({ type: 'respond', turnId: 'one' });
    await talk.untilDone('one');
  });
});

describe('a conversation that is lost', () => {
  const REPLY = 'This answer is cut off in the middle by a line that drops, and it is long.';

  it('goes on in another one, which is told the talk so far and greets nobody', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'text', itemId: 'a', text: 'I like the sea.' }, { type: 'respond', turnId: 'one' });
    await talk.untilDone('one');
    const count = server.agents.length;
    server.latest.drop();
    await talk.until(() => server.agents.length === count + 1 && server.latest.of('contextual_update').length === 1);
    expect(
      server.latest.of('conversation_initiation_client_data')[0]?.conversation_config_override?.agent.first_message,
    ).toBe('');
    expect(server.latest.of('contextual_update')[0]?.text).toBe(
      'The talk so far:\nUser: I like the sea.\nYou: You gave me this: I like the sea.',
    );
    talk.send({ type: 'say', turnId: 'two', text: 'Here I am.' });
    await talk.untilDone('two');
    expect(talk.of('failed')).toEqual([]);
  });

  it('ends a reply that was being spoken, and asks again for one that had not begun', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'say', turnId: 'one', text: REPLY });
    talk.send({ type: 'say', turnId: 'two', text: 'I come later.' });
    await talk.until(() => talk.of('audio', 'one').length > 0);
    server.latest.drop();
    await talk.untilDone('one');
    await talk.untilDone('two');
    expect(talk.textOf('two').trim()).toBe('I come later.');
  });

  it('goes on after its longest time', async () => {
    const talk = await RecordedTalk.open(provider);
    const count = server.agents.length;
    server.latest.fail({ code: 1000, error_type: 'max_duration_exceeded' });
    await talk.until(() => server.agents.length === count + 1);
    talk.send({ type: 'respond', turnId: 'one' });
    await talk.untilDone('one');
    expect(talk.of('failed')).toEqual([]);
  });

  it('is told of once it stays away, and ends the talk at last', async () => {
    const voice = createVoice({ reconnectDelaysMs: [10, 10, 10] });
    const talk = await RecordedTalk.open(voice);
    server.refusal = { status: 503, body: '' };
    server.latest.drop();
    await talk.until(() => talk.of('failed').length === 2);
    expect(talk.of('failed').map(({ category, retryable }) => [category, retryable])).toEqual([
      ['connectivity', true],
      ['connectivity', false],
    ]);
    await voice.close();
  });

  it('because the agent hangs up ends the talk when its goodbye has been heard', async () => {
    const clock = new ManualClock();
    const voice = createVoice({ clock });
    const talk = await RecordedTalk.open(voice);
    talk.send({ type: 'say', turnId: 'one', text: 'Goodbye to you all.' });
    clock.advance(1600);
    await talk.until(() => talk.of('audio', 'one').length === 2);
    logged.length = 0;
    server.latest.close(1000, 'done');
    await expect.poll(() => logged.at(-1)).toContain('The agent was lost.');
    expect(talk.of('failed')).toEqual([]);
    clock.advance(400);
    expect(talk.of('failed')).toMatchObject([{ retryable: false, message: 'The agent has ended the conversation.' }]);
    await voice.close();
  });

  it('is given up in time where the service takes another one and says nothing', async () => {
    const clock = new ManualClock();
    const voice = createVoice({ clock, reconnectDelaysMs: [10] });
    const talk = await openInTime(voice, clock);
    server.behaviour.isDead = true;
    server.latest.drop();
    await untilLost(talk, clock);
    await voice.close();
  });

  it('is given up in time where the request to begin another one is never answered', async () => {
    const clock = new ManualClock();
    let isHanging = false;
    const hang = (signal: AbortSignal) =>
      new Promise<Response>((_, reject) => signal.addEventListener('abort', () => reject(new Error('ended'))));
    const fetch: ServiceNetwork['fetch'] = (url, init) =>
      isHanging && init?.signal ? hang(init.signal) : openNetwork.fetch(url, init);
    const voice = createVoice({ clock, reconnectDelaysMs: [10], network: { ...openNetwork, fetch } });
    const talk = await openInTime(voice, clock);
    isHanging = true;
    server.latest.drop();
    await untilLost(talk, clock);
    await voice.close();
  });

  it('is begun once, though its settings change while another one is on its way', async () => {
    const clock = new ManualClock();
    const voice = createVoice({ clock, reconnectDelaysMs: [1000, 1000] });
    const talk = await openInTime(voice, clock);
    logged.length = 0;
    const count = server.agents.length;
    server.latest.drop();
    await expect.poll(() => logged.at(-1)).toContain('The agent was lost.');
    talk.send({ type: 'configure', config: { prompt: 'You are somebody else.' } });
    await talk.until(() => server.agents.length === count + 1);
    clock.advance(1000);
    talk.send({ type: 'say', turnId: 'one', text: 'Here I am.' });
    const ends = () => {
      clock.advance(100);
      return talk.of('turn-done', 'one').length;
    };
    await expect.poll(ends).toBe(1);
    expect(server.agents).toHaveLength(count + 1);
    await voice.close();
  });
});

/** The agent may greet, so a talk opens when the time for it is over. */
async function openInTime(voice: VoiceProvider, clock: ManualClock): Promise<RecordedTalk> {
  const opening = RecordedTalk.open(voice);
  const opened = opening.then(() => true);
  const isOpen = () => {
    clock.advance(200);
    return Promise.race([opened, false]);
  };
  await expect.poll(isOpen, { interval: 10 }).toBe(true);
  return await opening;
}

async function untilLost(talk: RecordedTalk, clock: ManualClock): Promise<void> {
  const told = () => {
    clock.advance(500);
    return talk.of('failed').map(({ category, retryable }) => [category, retryable]);
  };
  await expect.poll(told, { interval: 10, timeout: 5000 }).toEqual([['connectivity', false]]);
}
