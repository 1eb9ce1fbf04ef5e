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

describe('a greeting that nobody has asked for in time', () => {
  const RECORD = { prompt: 'You are Leo.', firstMessage: 'Hello, I am Leo.' };
  type Greeting = [name: string, patch: { prompt?: string }];
  const GREETINGS: Greeting[] = [
    ['a first message', {}],
    ['made up by the voice', { prompt: 'You are a counselor.' }],
  ];

  const greetUnasked = (patch: { prompt?: string } = {}): Talk => {
    const talk = new Talk(RECORD);
    talk.command({ type: 'configure', patch });
    talk.put({ type: 'timer', name: 'greeting', atMs: 1000 });
    return talk;
  };
  const speakToItsEnd = (talk: Talk): void => {
    const turnId = talk.currentTurnId();
    talk.speak(turnId, 'Hello, I am Leo.');
    talk.put({ type: 'playback-finished', turnId, playedMs: 1000, atMs: 2100 });
  };
  const replies = (talk: Talk): number => talk.emitted().filter((type) => type === 'reply-started').length;

  it.each<Greeting>(GREETINGS)(
    'is the only one, though a slow client asks while it is spoken: %s [19.clinic.traps] [19.recruitment.traps] [20.21] [22.4] [22.5]',
    (_name, patch) => {
      const talk = greetUnasked(patch);
      talk.command({ type: 'respond' });
      speakToItsEnd(talk);
      expect([replies(talk), talk.state.turns]).toEqual([1, []]);
    },
  );

  it.each<Greeting>(GREETINGS)(
    'is the only one, though a slow client asks when it has been spoken: %s [19.clinic.traps] [19.recruitment.traps] [20.21] [22.4] [22.5]',
    (_name, patch) => {
      const talk = greetUnasked(patch);
      speakToItsEnd(talk);
      // Such a client may send its history late, too.
      talk.command({ type: 'history', items: [{ role: 'assistant', text: 'Until tomorrow!' }] });
      talk.command({ type: 'respond' }, 9000);
      expect([replies(talk), talk.state.turns]).toEqual([1, []]);
      talk.command({ type: 'respond' }, 9500);
      expect(replies(talk)).toBe(2);
    },
  );

  it.each<[string, (talk: Talk) => void]>([
    ['typed words', (talk) => talk.command({ type: 'user-text', text: 'Hi', reply: false })],
    ['spoken words', (talk) => talk.put({ type: 'speech-started', audioStartMs: 3000, atMs: 3000 })],
    ['a picture', (talk) => talk.command({ type: 'image', dataUrl: 'data:image/png;base64,AAAA', reply: false })],
    ['other instructions', (talk) => talk.command({ type: 'configure', patch: { prompt: 'Say exactly "Part two"' } })],
    ['an interruption', (talk) => talk.command({ type: 'interrupt' })],
  ])('leaves a request behind %s to be answered', (_name, act) => {
    const talk = greetUnasked();
    speakToItsEnd(talk);
    act(talk);
    talk.command({ type: 'respond' }, 9000);
    expect(talk.voiceInputs().at(-1)).toBe('respond');
  });

  it('answers no request where there was nothing to say', () => {
    const talk = new Talk();
    talk.put({ type: 'timer', name: 'greeting', atMs: 1000 });
    expect(replies(talk)).toBe(0);
    talk.command({ type: 'respond' }, 9000);
    expect(replies(talk)).toBe(1);
  });
});
