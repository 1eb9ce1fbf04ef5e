import type { SessionCommand, Utterance } from '@visavis/media/session-events';
import { describe, expect, it } from 'vitest';
import type { CallFollower } from '../../ports.ts';
import { UtteranceDesk } from './utterance-desk.ts';

const PLAIN = { text: 'We close soon.', isInterruptible: true, replaces: false } as const;

function opened(): {
  desk: UtteranceDesk;
  commands: SessionCommand[];
  start(sessionId: string): CallFollower;
  clock: { nowMs: number };
} {
  const clock = { nowMs: 0 };
  const desk = new UtteranceDesk(() => clock.nowMs);
  const commands: SessionCommand[] = [];
  const start = (sessionId: string): CallFollower =>
    desk.follow({
      sessionId,
      projectId: 'project',
      language: 'en',
      startedAt: new Date(),
      avatar: { avatarId: 'a', name: 'Leo' },
      report() {},
      command: (command) => commands.push(command),
    });
  return { desk, commands, start, clock };
}

function told(utteranceId: string, state: Utterance['state'], heardText = ''): Utterance {
  return { type: 'utterance', utteranceId, turnId: 'r', state, playedMs: 1.6, heardText, message: '' };
}

describe('texts that programs have avatars say', () => {
  it('are given to the call, and what becomes of them can be asked for', () => {
    const { desk, commands, start } = opened();
    const call = start('s');
    const wanted = { text: 'Fire!', utteranceId: 'u', isInterruptible: false, replaces: true };
    expect(desk.say('project', 's', wanted)).toMatchObject({ utteranceId: 'u', state: 'queued' });
    expect(commands).toEqual([
      { type: 'say', text: 'Fire!', utteranceId: 'u', isInterruptible: false, replaces: true },
    ]);
    call.event(told('u', 'started'));
    expect(desk.look('project', 's', 'u')?.state).toBe('started');
    call.event(told('u', 'ended', 'Fire!'));
    expect(desk.look('project', 's', 'u')).toMatchObject({ state: 'ended', playedMs: 2, heardText: 'Fire!' });
    call.event(told('of-the-page', 'ended'));
    expect(desk.look('project', 's', 'of-the-page')).toBeNull();
  });

  it('get an id of their own where none is given', () => {
    const { desk, commands, start } = opened();
    start('s');
    const said = desk.say('project', 's', PLAIN);
    expect(said).toMatchObject({ state: 'queued' });
    expect(commands).toEqual([
      { type: 'say', text: PLAIN.text, utteranceId: typeof said === 'object' ? said.utteranceId : '' },
    ]);
  });

  it('reach no call of another project, none that is over, and nothing of them is told there', () => {
    const { desk, commands, start } = opened();
    const call = start('s');
    expect(desk.say('other', 's', PLAIN)).toBe('gone');
    expect(desk.say('project', 'unknown', PLAIN)).toBe('gone');
    expect(commands).toEqual([]);
    desk.say('project', 's', { ...PLAIN, utteranceId: 'u' });
    expect(desk.look('other', 's', 'u')).toBeNull();
    call.ended();
    expect(desk.say('project', 's', PLAIN)).toBe('gone');
  });

  it('are refused while too many wait, and twice under one id', () => {
    const { desk, commands, start } = opened();
    const call = start('s');
    for (let index = 0; index < 16; index += 1) desk.say('project', 's', { ...PLAIN, utteranceId: `u${index}` });
    expect(desk.say('project', 's', PLAIN)).toBe('busy');
    call.event(told('u0', 'ended'));
    expect(desk.say('project', 's', { ...PLAIN, utteranceId: 'u0' })).toBe('taken');
    expect(desk.say('project', 's', PLAIN)).toMatchObject({ state: 'queued' });
    expect(commands).toHaveLength(17);
  });

  it('are remembered for a while after the call, interrupted where they were not over, and not without bounds', () => {
    const { desk, start, clock } = opened();
    const call = start('s');
    desk.say('project', 's', { ...PLAIN, utteranceId: 'u' });
    call.ended();
    expect(desk.look('project', 's', 'u')?.state).toBe('interrupted');
    clock.nowMs = 599_000;
    expect(desk.look('project', 's', 'u')?.state).toBe('interrupted');
    clock.nowMs = 601_000;
    expect(desk.look('project', 's', 'u')).toBeNull();
    for (let index = 0; index < 101; index += 1) {
      const other = start(`s${index}`);
      desk.say('project', `s${index}`, { ...PLAIN, utteranceId: 'u' });
      other.ended();
    }
    expect(desk.look('project', 's0', 'u')).toBeNull();
    expect(desk.look('project', 's1', 'u')).not.toBeNull();
    const long = start('long');
    for (let index = 0; index < 60; index += 1) {
      desk.say('project', 'long', { ...PLAIN, utteranceId: `u${index}` });
      long.event(told(`u${index}`, 'ended'));
    }
    expect(desk.look('project', 'long', 'u9')).toBeNull();
    expect(desk.look('project', 'long', 'u10')?.state).toBe('ended');
  });
});
