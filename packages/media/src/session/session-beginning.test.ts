import { describe, expect, it } from 'vitest';
import { Talk } from './testing/talk.ts';

describe('how a talk begins', () => {
  const RECORD = { prompt: 'You are Leo.\n\n# Knowledge\n\nOpen at nine.', firstMessage: 'Hello, I am Leo.' };
  const QUOTING = 'You are a counselor. Please greet with "Hello, I am your intelligent assistant."';
  const said = (talk: Talk) =>
    talk.effects.flatMap((effect) => {
      if (effect.type !== 'voice') return [];
      return effect.input.type === 'say' ? [effect.input.text] : effect.input.type === 'respond' ? ['(a reply)'] : [];
    });
  const begin = (...patches: { prompt?: string; firstMessage?: string }[]): string[][] =>
    // Asked for by the client, and unasked after a second.
    [
      (talk: Talk) => talk.command({ type: 'respond' }),
      (talk: Talk) => talk.put({ type: 'timer', name: 'greeting', atMs: 1000 }),
    ].map((ask) => {
      const talk = new Talk(RECORD);
      for (const patch of patches) talk.command({ type: 'configure', patch });
      ask(talk);
      return said(talk);
    });

  it.each<[string, { prompt?: string; firstMessage?: string }[], string]>([
    ['the record’s first message', [], 'Hello, I am Leo.'],
    [
      'the greeting that this call’s instructions quote',
      [{ prompt: QUOTING }],
      'Hello, I am your intelligent assistant.',
    ],
    ['a reply, where they quote none', [{ prompt: 'You are a counselor.' }], '(a reply)'],
    ['this call’s first message, before all', [{ prompt: QUOTING, firstMessage: 'Good day.' }], 'Good day.'],
    [
      'the same, given before the instructions',
      [{ firstMessage: 'Good day.' }, { prompt: 'You are a counselor.' }],
      'Good day.',
    ],
    ['the same, given after them', [{ prompt: QUOTING }, { firstMessage: 'Good day.' }], 'Good day.'],
    ['the record’s, when its own instructions come back', [{ prompt: 'You are Leo.' }], 'Hello, I am Leo.'],
    ['the record’s, when nothing but a voice is chosen', [{}], 'Hello, I am Leo.'],
  ])('with %s', (_name, patches, expected) => {
    expect(begin(...patches)).toEqual([[expected], [expected]]);
  });

  it('tells the voice the first message that counts', () => {
    const talk = new Talk(RECORD);
    talk.command({ type: 'configure', patch: { prompt: QUOTING } });
    expect(talk.effects).toContainEqual({
      type: 'voice',
      input: {
        type: 'configure',
        config: { prompt: QUOTING, firstMessage: 'Hello, I am your intelligent assistant.' },
      },
    });
  });

  it('once: instructions that come later change nothing of it', () => {
    const talk = new Talk(RECORD);
    talk.command({ type: 'respond' });
    talk.command({ type: 'configure', patch: { prompt: QUOTING } });
    talk.put({ type: 'timer', name: 'greeting', atMs: 1000 });
    expect(said(talk)).toEqual(['Hello, I am Leo.']);
  });
});
