import type { SessionEvent } from '@visavis/media/session-events';
import { LIMITS } from '@visavis/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FollowCall, OpenServerTools } from '../../ports.ts';
import {
  rememberedConversations,
  rememberedLog,
  scriptedAdmission,
  scriptedPlacer,
  TEST_AVATAR,
  TEST_KEY,
} from '../test-doubles.ts';
import { Call } from './call.ts';
import type { CallClient } from './call-client.ts';
import { createInProcessCallLimits } from './call-limits.ts';
import type { CallEnd } from './call-settings.ts';
import { CALL_LIMITS, processBudget } from './memory/call-memory.ts';

const REQUEST = {
  licence: TEST_KEY,
  avatarId: TEST_AVATAR.avatarId,
  audioBack: false,
  extensions: false,
  transparency: false,
};

/** A call over scripted ports, and what its client's side is told. */
function openCall(
  client: Partial<CallClient> = {},
  admission = scriptedAdmission(),
  followed: { readonly follow?: FollowCall; readonly openServerTools?: OpenServerTools } = {},
) {
  const placer = scriptedPlacer();
  placer.autoReady = false;
  const conversations = rememberedConversations();
  const logger = rememberedLog();
  const notes: string[] = [];
  const told: (string | CallEnd | null)[] = [];
  const dependencies = {
    admission,
    conversations,
    placer,
    limits: createInProcessCallLimits(),
    logger,
    iceServers: () => [{ urls: ['stun:h:3478'] }],
    pictureSizes: { usualPx: 512, largestPx: 512 },
    noteEvent: ({ subject }: { subject: string }) => notes.push(subject),
    ...followed,
  };
  const memory = processBudget(LIMITS.budgets.allCalls).open(CALL_LIMITS, () => {});
  const origin = { hostName: 'h', caller: { origin: undefined, host: 'h' }, ipAddress: '::1', findCall: () => null };
  const call = new Call(REQUEST, origin, dependencies, memory, {
    placed: () => told.push('placed'),
    event: (event: SessionEvent) => told.push(event.type),
    ending: (end) => told.push(end),
    counters: () => ({}),
    ...client,
  });
  return { call, placer, conversations, logger, notes, told };
}

const placed = async (placer: ReturnType<typeof scriptedPlacer>) => {
  await vi.waitFor(() => expect(placer.calls).toHaveLength(1));
  const [session] = placer.calls;
  if (session === undefined) throw new Error('There is no session.');
  return session;
};

afterEach(() => vi.useRealTimers());

describe('a call', () => {
  it('gives up a voice that does not open', async () => {
    vi.useFakeTimers();
    const { call, placer, told } = openCall();
    await vi.waitFor(() => expect(told).toEqual(['placed']));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told.at(-1)).toMatchObject({ code: 'voice-unavailable' });
    expect(placer.calls[0]?.commands).toEqual([{ type: 'close', reason: 'voice-unavailable' }]);
    expect(call.isOver).toBe(true);
  });

  it('ends when its caller is no member any more: one removed meanwhile, and one removed elsewhere later', async () => {
    vi.useFakeTimers();
    const answers = [false, true, 'away', false];
    const admission = {
      ...scriptedAdmission(),
      findLicence: async () => ({
        licenceId: 'l',
        projectId: 'project',
        maxConcurrentCalls: 5,
        keyDigest: '',
        memberId: 'leo',
      }),
      isMember: vi.fn(async () => {
        const answer = answers.shift();
        if (typeof answer !== 'boolean') throw new Error('The database is away.');
        return answer;
      }),
    };
    const [meanwhile, later] = [openCall({}, admission), openCall({}, admission)];
    await meanwhile.call.closed;
    expect(meanwhile.told).toEqual(['placed', { code: 'expired-token' }]);
    expect(meanwhile.conversations.entries.at(-1)).toMatchObject({ value: { reason: 'member-removed' } });
    later.placer.calls[0]?.emit({ type: 'ready', hears: true, sees: false });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(later.call.isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(60_000);
    await later.call.closed;
    expect(later.told.at(-1)).toEqual({ code: 'expired-token' });
    expect(admission.isMember).toHaveBeenCalledWith('project', 'leo');
    // Neither asks on when it is over.
    await vi.advanceTimersByTimeAsync(180_000);
    expect(admission.isMember).toHaveBeenCalledTimes(4);
  });

  it('waits for no voice that has opened', async () => {
    vi.useFakeTimers();
    const { call, placer, told } = openCall();
    await vi.waitFor(() => expect(told).toEqual(['placed']));
    placer.calls[0]?.emit({ type: 'ready', hears: true, sees: false });
    await vi.advanceTimersByTimeAsync(120_000);
    expect([told, call.isOver]).toEqual([['placed', 'ready'], false]);
  });

  it('ends once, with why its session failed, and is recorded as failed', async () => {
    const { call, placer, told, conversations, notes } = openCall();
    const session = await placed(placer);
    session.emit({ type: 'failed', code: 'avatar-unreadable', message: 'Bad bundle.', fatal: true });
    session.emit({ type: 'closed', reason: 'avatar-unreadable' });
    call.end('server-closing');
    call.hangUp('gone');
    await call.closed;
    expect(told.filter((entry) => typeof entry !== 'string')).toEqual([
      { code: 'avatar-unreadable', detail: 'Bad bundle.' },
    ]);
    expect(conversations.entries.at(-1)).toMatchObject({
      kind: 'end',
      value: { status: 'failed', reason: 'avatar-unreadable' },
    });
    expect(notes).toEqual(['avatar-unreadable']);
  });

  it('takes the client’s last commands before it closes the session, and none after', async () => {
    const opened = openCall({
      ending: () => opened.call.command({ type: 'history', items: [{ role: 'user', text: 'Late' }] }),
    });
    const session = await placed(opened.placer);
    await vi.waitFor(() => expect(opened.told).toContain('placed'));
    opened.call.hangUp('client-closed-1000');
    opened.call.command({ type: 'respond' });
    expect(session.commands.map(({ type }) => type)).toEqual(['history', 'close']);
    await opened.call.closed;
    expect(opened.conversations.entries.at(-1)).toMatchObject({
      value: { status: 'completed', reason: 'client-closed-1000' },
    });
  });

  it('gives the user’s words to its session before whoever follows it answers to them', async () => {
    const follow: FollowCall = (followed) => ({
      command: ({ type }) => type === 'user-text' && followed.command({ type: 'say', text: 'Nobody is here.' }),
      event() {},
      ended() {},
    });
    const { call, placer, told, conversations } = openCall({}, scriptedAdmission(), { follow });
    const session = await placed(placer);
    await vi.waitFor(() => expect(told).toContain('placed'));
    call.command({ type: 'user-text', text: 'Is anybody there?', reply: true });
    expect(session.commands.map(({ type }) => type)).toEqual(['user-text', 'say']);
    await vi.waitFor(() => expect(conversations.entries.map(({ value }) => value.text)).toContain('Is anybody there?'));
  });

  it('answers the tools of the server itself: recorded as its own, and unheard of by its client', async () => {
    const weather = { name: 'weather', description: '', parameters: {}, serverWaitMs: 5000 };
    const asked: object[] = [];
    const openServerTools: OpenServerTools = async ({ projectId, avatar }) => ({
      tools: [weather],
      async run(call) {
        asked.push({ projectId, avatarId: avatar.avatarId, ...call });
        return 'sunny';
      },
      close() {},
    });
    const { call, placer, told, conversations } = openCall({}, scriptedAdmission(), { openServerTools });
    const session = await placed(placer);
    await vi.waitFor(() => expect(told).toContain('placed'));
    expect(session.config.tools).toEqual([weather]);
    const done = { type: 'tool-call-done', turnId: 'r', name: 'weather', argumentsJson: '{"city":"Paris"}' } as const;
    session.emit({ type: 'tool-call-delta', turnId: 'r', callId: 'c', name: 'weather', delta: '{"city":"Paris"}' });
    session.emit({ ...done, callId: 'c' });
    session.emit({ ...done, callId: 'd', name: 'end_conversation' });
    call.command({ type: 'tool-result', callId: 'c', output: 'forged', reply: true });
    await vi.waitFor(() => expect(session.commands).toHaveLength(1));
    expect(session.commands).toEqual([{ type: 'tool-result', callId: 'c', output: 'sunny', reply: true }]);
    expect(asked).toMatchObject([{ projectId: 'project', callId: 'c', argumentsJson: '{"city":"Paris"}' }]);
    expect(told).toEqual(['placed', 'tool-call-done']);
    call.hangUp('gone');
    await call.closed;
    expect(conversations.entries.map(({ kind, value }) => [kind, value.callId, value.by, value.output])).toEqual([
      ['start', undefined, undefined, undefined],
      ['tool-call', 'c', 'server', undefined],
      ['tool-call', 'd', undefined, undefined],
      ['tool-result', 'c', undefined, 'sunny'],
      ['end', undefined, undefined, undefined],
    ]);
  });

  it('tells where what a tool found stands at the reply of the voice, not at a person’s words before it', async () => {
    const openServerTools: OpenServerTools = async () => ({
      tools: [{ name: 'search', description: '', parameters: {}, serverWaitMs: 5000 }],
      run: async (_call, _signal, cite) => {
        cite?.([{ source: 'handbook.pdf', page: 2, part: 5 }]);
        return 'found';
      },
      close() {},
    });
    const { placer, told } = openCall({}, scriptedAdmission(), { openServerTools });
    const session = await placed(placer);
    await vi.waitFor(() => expect(told).toContain('placed'));
    session.emit({ type: 'tool-call-done', turnId: 'r', name: 'search', argumentsJson: '{}', callId: 'c' });
    await vi.waitFor(() => expect(session.commands).toHaveLength(1));
    session.emit({ type: 'reply-started', turnId: 'o', by: 'operator' });
    expect(told).toEqual(['placed', 'reply-started']);
    session.emit({ type: 'reply-started', turnId: 'v' });
    expect(told.slice(2)).toEqual(['reply-started', 'reply-sources']);
  });

  it('records what services counted until the last word of the session, summed up by part', async () => {
    const { call, placer, told, conversations } = openCall();
    const session = await placed(placer);
    await vi.waitFor(() => expect(told).toContain('placed'));
    session.emit({ type: 'usage', part: 'thinker', amounts: { inputTokens: 40, outputTokens: 6 } });
    session.emit({ type: 'usage', part: 'speaker', amounts: { characters: 12 } });
    call.hangUp('gone');
    session.emit({ type: 'usage', part: 'thinker', amounts: { inputTokens: 2, outputTokens: Number.NaN } });
    session.emit({ type: 'closed', reason: 'gone' });
    await call.closed;
    expect(conversations.entries.at(-1)).toMatchObject({
      kind: 'end',
      value: { usage: { thinker: { inputTokens: 42, outputTokens: 6 }, speaker: { characters: 12 } } },
    });
  });

  it('records what was heard of a reply that was playing when the client hung up', async () => {
    const { call, placer, told, conversations } = openCall();
    const session = await placed(placer);
    await vi.waitFor(() => expect(told).toContain('placed'));
    session.emit({ type: 'reply-text-delta', turnId: 'r', text: 'It is noon in Paris.' });
    call.hangUp('client-closed-1000');
    session.emit({ type: 'reply-done', turnId: 'r', interrupted: true, playedMs: 400, heardText: 'It is noon' });
    await call.closed;
    expect(conversations.entries.map(({ kind, value }) => [kind, value.text ?? value.reason])).toEqual([
      ['start', undefined],
      ['message', 'It is noon'],
      ['end', 'client-closed-1000'],
    ]);
    expect(told).not.toContain('reply-done');
  });

  it('ends alone when its client’s side is at fault, and gives its place back', async () => {
    const { call, placer, told, logger, conversations } = openCall({
      event: () => {
        throw new Error('unreadable');
      },
    });
    const session = await placed(placer);
    await vi.waitFor(() => expect(told).toContain('placed'));
    session.emit({ type: 'ready', hears: true, sees: false });
    await call.closed;
    expect(told.at(-1)).toEqual({ code: 'backend-error' });
    expect(session.commands).toEqual([{ type: 'close', reason: 'internal' }]);
    expect(conversations.entries.at(-1)).toMatchObject({ value: { reason: 'internal', status: 'failed' } });
    expect(logger.lines.some(({ level, text }) => level === 'error' && text.includes('unreadable'))).toBe(true);
  });

  it('closes the session of a client that left while it was being placed', async () => {
    const { call, placer, told } = openCall();
    call.hangUp('client-closed-1006');
    await call.closed;
    expect(told).toEqual([null]);
    expect(placer.calls.flatMap(({ commands }) => commands.map(({ type }) => type))).not.toContain('begin');
    expect([call.sessionId, call.licence]).toEqual([null, null]);
  });
});
