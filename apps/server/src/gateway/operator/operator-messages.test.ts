import { readOperatorMessage, writeUserText } from '@visavis/protocol/schemas';
import { describe, expect, it } from 'vitest';

const read = (message: object) => readOperatorMessage(JSON.stringify(message));

describe('messages of operators', () => {
  it('reads the answer of the reference', () => {
    const answer = {
      type: 'transparent.reply.text',
      session_id: 's1',
      source: 'operator',
      text: 'Hello',
      messageId: 'm2',
      traceId: 't1',
      created_at: '2026-01-01T00:00:00Z',
    };
    expect(read(answer)).toEqual({ kind: 'text', text: 'Hello' });
  });

  it.each([
    { text: 'Hi' },
    { content: 'Hi' },
    { message: 'Hi' },
    { data: { text: 'Hi' } },
    { data: { content: 'Hi' } },
    { text: '', content: 'Hi' },
  ])('finds the text in %j', (fields) => {
    expect(read({ type: 'transparent.reply.text', ...fields })).toEqual({ kind: 'text', text: 'Hi' });
  });

  it.each([{ delta: 'Hi' }, { text: 'Hi' }, { content: 'Hi' }])('finds the piece in %j', (fields) => {
    const message = { type: 'transparent.reply.delta', messageId: 'm', sequence: 3, ...fields };
    expect(read(message)).toEqual({ kind: 'delta', text: 'Hi', answerId: 'm', sequence: 3 });
  });

  it('reads the end of an answer, and who is there', () => {
    expect(read({ type: 'transparent.reply.done', trace_id: 't' })).toEqual({ kind: 'done', text: '', answerId: 't' });
    const presence = { type: 'transparent.operator.presence', project_id: 'p1' };
    expect(read({ ...presence, status: 'online', online: true })).toEqual({ kind: 'presence', isOnline: true });
    expect(read({ ...presence, status: 'offline' })).toEqual({ kind: 'presence', isOnline: false });
  });

  it.each([
    '',
    '[',
    'null',
    '[]',
    '{}',
    '{"type":"transparent.user.text","text":"x"}',
    '{"type":"transparent.reply.text","text":1}',
    '['.repeat(30_000),
  ])('takes nothing else: %.40s', (json) => {
    expect(readOperatorMessage(json)).toBeNull();
  });

  it('writes what a user said as the reference has it, ids under both of their names', () => {
    const said = {
      projectId: 'p1',
      sessionId: 's1',
      messageId: 'm1',
      text: 'Hi',
      inputType: 'text',
      avatarName: 'Mia',
    } as const;
    expect(JSON.parse(writeUserText({ ...said, at: new Date('2026-01-01T00:00:00Z') }))).toMatchObject({
      type: 'transparent.user.text',
      source: 'user',
      inputType: 'text',
      text: 'Hi',
      messageId: 'm1',
      traceId: 'm1',
      trace_id: 'm1',
      session_id: 's1',
      roomId: 's1',
      created_at: '2026-01-01T00:00:00.000Z',
    });
  });
});
