import type { SessionCommand } from '@visavis/media/session-events';
import type { OperatorMessage } from '@visavis/protocol/schemas';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rememberedLog } from '../test-doubles.ts';
import { OperatorDesk } from './operator-desk.ts';

const ANSWER_WAIT_MS = 45_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A talk at a desk where an operator is, with what its session is told. */
function openTalk({ canChange = false, isThere = true } = {}) {
  const logger = rememberedLog();
  const desk = new OperatorDesk({ answerWaitMs: ANSWER_WAIT_MS, logger });
  const commands: SessionCommand[] = [];
  const follower = desk.follow({
    sessionId: 's',
    projectId: 'p',
    avatar: { avatarId: 'a', name: 'Leo' },
    language: 'en',
    startedAt: new Date(0),
    command: (command) => commands.push(command),
    report() {},
  });
  if (isThere) desk.presence('p', true, 'ann');
  const answeredBy = (by: 'voice' | 'operator') => follower.event({ type: 'answered-by', by, canChange });
  answeredBy('operator');
  return {
    desk,
    follower,
    commands,
    logger,
    answeredBy,
    write: (message: Exclude<OperatorMessage, { kind: 'presence' }>) => desk.message('p', 's', message, 'ann'),
    hear: (text = 'Hello?') => follower.event({ type: 'user-transcript-done', itemId: 'i', text }),
    said: () => commands.flatMap((command) => (command.type === 'say' ? [command.text] : [])),
  };
}

const piece = (text: string, sequence: number, answerId = 'm') =>
  ({ kind: 'delta', text, sequence, answerId }) as const;

describe('a user who waits', () => {
  it('is told in the end, though an operator sends nothing but empty and repeated pieces', () => {
    const { hear, write, said } = openTalk();
    write(piece('One moment.\n', 1));
    hear();
    for (const again of [piece('', 2), piece('One moment.\n', 1), piece('', 3)]) write(again);
    vi.advanceTimersByTime(ANSWER_WAIT_MS);
    expect(said()).toEqual(['One moment.', expect.stringMatching(/^Nobody is here/)]);
  });

  it('waits on while an answer grows', () => {
    const { hear, write, said } = openTalk();
    hear();
    vi.advanceTimersByTime(ANSWER_WAIT_MS - 1000);
    write(piece('I look', 1));
    vi.advanceTimersByTime(2000);
    write(piece(' it up', 2));
    vi.advanceTimersByTime(ANSWER_WAIT_MS);
    expect(said()).toEqual(['I look it up']);
  });

  it('is told though an answer came that was left out, and the log is told once', () => {
    const { hear, write, said, logger } = openTalk();
    hear();
    write(piece('x'.repeat(10_001), 1));
    write({ kind: 'text', text: 'x'.repeat(10_001) });
    expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    vi.advanceTimersByTime(ANSWER_WAIT_MS);
    expect(said()).toEqual([expect.stringMatching(/^Nobody is here/)]);
  });

  it('gets one answer of the voice, after his words, where nobody is there', () => {
    const { follower, commands } = openTalk({ canChange: true, isThere: false });
    follower.command({ type: 'user-text', text: 'Are you there?', reply: true });
    expect(commands).toEqual([{ type: 'answer-by', by: 'voice' }, { type: 'respond' }]);
  });

  it('gets no answer that his client has not asked for, and waits for none', () => {
    const { follower, commands } = openTalk({ canChange: true, isThere: false });
    follower.command({ type: 'user-text', text: 'For your information.', reply: false });
    expect(commands).toEqual([{ type: 'answer-by', by: 'voice' }]);
  });
});

describe('an answer in pieces', () => {
  it('whose end comes late or twice is spoken once', () => {
    const { write, said } = openTalk();
    const end = { kind: 'done', text: 'Good morning', answerId: 'm' } as const;
    write(piece('Good morning', 1));
    vi.advanceTimersByTime(3000);
    expect(said()).toEqual(['Good morning']);
    write(end);
    write(end);
    expect(said()).toEqual(['Good morning']);
  });

  it('is finished although a whole answer comes between its pieces', () => {
    const { write, said } = openTalk();
    write(piece('And one more thing', 1));
    write({ kind: 'text', text: 'Yes.' });
    vi.advanceTimersByTime(3000);
    expect(said()).toEqual(['Yes.', 'And one more thing']);
  });

  it('is no part of what is said after somebody else has answered meanwhile', () => {
    const { write, said, answeredBy } = openTalk({ canChange: true });
    write(piece('That was meant for', 1));
    answeredBy('voice');
    vi.advanceTimersByTime(3000);
    answeredBy('operator');
    write(piece('Hello.', 1, 'n'));
    write({ kind: 'done', text: '', answerId: 'n' });
    expect(said()).toEqual(['Hello.']);
  });
});

describe('a change of who answers', () => {
  it('says what came of it', () => {
    const { desk, commands, answeredBy } = openTalk({ canChange: true });
    expect([desk.takeOver('p', 's'), desk.giveBack('p', 's')]).toEqual(['unchanged', 'changed']);
    answeredBy('voice');
    expect([desk.giveBack('p', 's'), desk.answer('p', 's', 'Hello.')]).toEqual(['unchanged', 'taken-over']);
    answeredBy('operator');
    expect(desk.answer('p', 's', 'Hello again.')).toBe('spoken');
    expect(commands.map(({ type }) => type)).toEqual(['answer-by', 'answer-by', 'say', 'say']);
    expect([desk.takeOver('p', 'x'), desk.giveBack('another', 's')]).toEqual(['gone', 'gone']);
  });

  it('is impossible where no voice can answer', () => {
    const { desk, commands } = openTalk({ canChange: false });
    expect([desk.giveBack('p', 's'), commands]).toEqual(['impossible', []]);
  });
});

describe('presence', () => {
  it('of one operator is not another’s to end, and nobody’s where they cannot be told apart', () => {
    const { desk } = openTalk();
    const isThere = () => desk.list('p').isOperatorThere;
    desk.presence('p', true, 'bob');
    desk.presence('p', false, 'ann');
    expect(isThere()).toBe(true);
    desk.presence('p', false, 'bob');
    expect(isThere()).toBe(false);
    desk.presence('p', true, null);
    desk.presence('p', false, null);
    expect(isThere()).toBe(true);
    vi.advanceTimersByTime(15_000);
    expect(isThere()).toBe(false);
  });
});
