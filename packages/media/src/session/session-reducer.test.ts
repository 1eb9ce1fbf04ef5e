import { describe, expect, it } from 'vitest';
import { GREETING_WAIT_MS, TOOL_RESULT_WAIT_MS } from './session-state.ts';
import { Talk } from './testing/talk.ts';

const count = (values: string[], wanted: string): number => values.filter((value) => value === wanted).length;

describe('greeting', () => {
  it('waits for the client to ask, then speaks the first message unprompted [20.21]', () => {
    const talk = new Talk({ firstMessage: 'Hello!' });
    expect(talk.effects).toContainEqual({ type: 'set-timer', name: 'greeting', delayMs: GREETING_WAIT_MS });
    expect(talk.voiceInputs()).toEqual([]);
    talk.put({ type: 'timer', name: 'greeting', atMs: 1000 });
    expect(talk.voiceInputs()).toEqual(['say']);
  });

  it('is told to the face before its sound, with the words and the time they begin at', () => {
    const talk = new Talk({ firstMessage: 'Hello.' });
    talk.command({ type: 'respond' });
    const turnId = talk.currentTurnId();
    talk.speak(turnId, 'Hello.');
    talk.command({ type: 'express', expression: 'smile', intensity: 0.5, durationMs: 800 });
    talk.command({ type: 'configure', patch: { language: 'de' } });
    expect(talk.effects.flatMap((effect) => (effect.type === 'cue-face' ? [effect.cue] : []))).toEqual([
      { type: 'greeting', turnId },
      { type: 'reply-text', turnId, text: 'Hello.', audioStartMs: 0 },
      { type: 'wish', expression: 'smile', intensity: 0.5, durationMs: 800 },
      { type: 'language', language: 'de' },
    ]);
  });

  it('answers the first request for a reply with the first message, and is not spoken twice [19.clinic.traps] [19.recruitment.traps] [20.21] [22.4] [22.5]', () => {
    const talk = new Talk({ firstMessage: 'Hello!' });
    talk.command({ type: 'respond' });
    talk.put({ type: 'timer', name: 'greeting', atMs: 1000 });
    talk.command({ type: 'respond' });
    expect(talk.voiceInputs()).toEqual(['say']);
  });

  it('is not asked for again by a request for words that new instructions dictate, which follows what is being said', () => {
    const talk = new Talk({ firstMessage: 'Hello!' });
    talk.command({ type: 'respond' });
    talk.command({ type: 'configure', patch: { prompt: 'Say exactly "Part two begins"' } });
    talk.command({ type: 'respond' });
    expect(talk.voiceInputs()).toEqual(['say', 'configure']);
    talk.put({ type: 'voice', event: { type: 'turn-done', turnId: talk.currentTurnId() }, atMs: 50 });
    expect(talk.voiceInputs()).toEqual(['say', 'configure', 'respond']);
    talk.command({ type: 'respond' });
    expect(talk.voiceInputs()).toEqual(['say', 'configure', 'respond']);
  });

  it('gives way to a user who speaks first', () => {
    const talk = new Talk({ firstMessage: 'Hello!' });
    talk.put({ type: 'speech-started', audioStartMs: 100, atMs: 100 });
    talk.put({ type: 'timer', name: 'greeting', atMs: 1000 });
    expect(talk.voiceInputs()).toEqual(['user-turn-started']);
  });

  it('does not stand in for the answer to typed words', () => {
    const talk = new Talk({ firstMessage: 'Hello!' });
    talk.command({ type: 'user-text', text: 'Hi', reply: false });
    talk.command({ type: 'respond' });
    expect(talk.voiceInputs()).toEqual(['text', 'respond']);
  });

  it('is left out when the talk goes on from an earlier one', () => {
    const talk = new Talk({ firstMessage: 'Hello!' });
    talk.command({ type: 'history', items: [{ role: 'user', text: 'Hi' }] });
    expect(talk.state.greeted).toBe(false);
    talk.command({ type: 'history', items: [{ role: 'assistant', text: 'Hello!' }] });
    talk.put({ type: 'timer', name: 'greeting', atMs: 1000 });
    expect(talk.voiceInputs()).toEqual(['history', 'history']);
  });

  it('is silent in transparency', () => {
    const talk = new Talk({ firstMessage: 'Hello!', transparent: true, detectsTurns: true });
    talk.put({ type: 'timer', name: 'greeting', atMs: 1000 });
    expect(talk.voiceInputs()).toEqual([]);
  });
});

describe('a reply', () => {
  it('tells its text, then its end once the sound was played [19.clinic.traps] [20.33] [22.4]', () => {
    const talk = new Talk();
    talk.command({ type: 'user-text', text: 'Hi', reply: true }, 0);
    talk.speak(talk.currentTurnId(), 'Good day.');
    expect(talk.emitted()).not.toContain('reply-done');
    talk.put({ type: 'playback-finished', turnId: talk.currentTurnId(), playedMs: 1000, atMs: 1000 });
    expect(talk.emitted()).toEqual([
      'ready',
      'reply-started',
      'reply-text-delta',
      'reply-text-done',
      'reply-words',
      'reply-sound',
      'turn-latency',
      'reply-done',
    ]);
    expect(talk.state.turns).toEqual([]);
  });

  it('reports the waterfall from the end of the user turn', () => {
    const talk = new Talk();
    talk.put({ type: 'speech-started', audioStartMs: 0, atMs: 0 });
    talk.put({ type: 'speech-stopped', audioEndMs: 900, atMs: 1000 });
    talk.put({ type: 'voice', event: { type: 'user-transcript-done', itemId: 'item_1', text: 'Hi' }, atMs: 1050 });
    talk.put({ type: 'voice', event: { type: 'turn-started', turnId: 't1' }, atMs: 1060 });
    talk.put({ type: 'voice', event: { type: 'words-thought', turnId: 'nobody waits for it' }, atMs: 1070 });
    talk.put({ type: 'voice', event: { type: 'words-thought', turnId: 't1' }, atMs: 1080 });
    talk.put({ type: 'voice', event: { type: 'text-delta', turnId: 't1', text: 'Hey' }, atMs: 1090 });
    talk.put({ type: 'voice-audio', pcm: new Int16Array(0), turnId: 't1', durationMs: 300, atMs: 1100 });
    talk.put({ type: 'playback-started', turnId: 't1', atMs: 1120 });
    expect(talk.effects).toContainEqual({
      type: 'emit',
      event: {
        type: 'turn-latency',
        turnId: 't1',
        latency: { transcriptMs: 50, firstTextMs: 80, firstAudioMs: 100, firstSoundMs: 120 },
      },
    });
  });

  it('ignores a request for another one while nothing new was said', () => {
    const talk = new Talk();
    talk.command({ type: 'respond' });
    talk.command({ type: 'respond' });
    expect(talk.voiceInputs()).toEqual(['respond']);
  });

  it('is followed by another one where the client always means its request, and by none that was taken back', () => {
    const talk = new Talk();
    talk.command({ type: 'respond' });
    talk.command({ type: 'respond', always: true });
    expect(talk.voiceInputs()).toEqual(['respond']);
    talk.put({ type: 'voice', event: { type: 'turn-done', turnId: talk.currentTurnId() }, atMs: 50 });
    expect(talk.voiceInputs()).toEqual(['respond', 'respond']);
    talk.command({ type: 'respond', always: true });
    talk.command({ type: 'interrupt' });
    expect(talk.state.turns).toEqual([]);
    expect(talk.voiceInputs().filter((type) => type === 'respond')).toHaveLength(2);
  });
});

describe('what a voice counts', () => {
  it('is told as it comes, also when no reply is under way any more', () => {
    const talk = new Talk();
    const event = { type: 'usage', part: 'thinker', amounts: { inputTokens: 3 } } as const;
    talk.put({ type: 'voice', event, atMs: 10 });
    expect(talk.effects.at(-1)).toEqual({ type: 'emit', event });
  });
});

describe('interruption', () => {
  it('by voice cancels the reply, keeps what was heard, and listens', () => {
    const talk = new Talk();
    talk.command({ type: 'user-text', text: 'Hi', reply: true });
    talk.speak(talk.currentTurnId(), 'one two three four', 1000);
    talk.put({ type: 'speech-started', audioStartMs: 5000, atMs: 5000 });
    talk.put({ type: 'speech-stopped', audioEndMs: 5900, atMs: 5900 });
    talk.put({ type: 'voice', event: { type: 'user-transcript-done', itemId: 'item_3', text: 'Stop' }, atMs: 6000 });
    const cancel = talk.effects.find((effect) => effect.type === 'voice' && effect.input.type === 'cancel');
    expect(cancel).toMatchObject({ input: { playedMs: 500, heardText: 'one two' } });
    expect(talk.effects).toContainEqual(
      expect.objectContaining({ event: expect.objectContaining({ type: 'reply-done', interrupted: true }) }),
    );
    expect(talk.state.turns).toEqual([]);
  });

  it('drops what the voice still sends for the interrupted reply', () => {
    const talk = new Talk();
    talk.command({ type: 'respond' });
    const turnId = talk.currentTurnId();
    talk.command({ type: 'interrupt' });
    const before = talk.effects.length;
    talk.put({ type: 'voice', event: { type: 'text-delta', turnId, text: 'late' }, atMs: 0 });
    talk.put({ type: 'voice', event: { type: 'turn-done', turnId }, atMs: 0 });
    expect(talk.effects.length).toBe(before);
  });

  it('by typed words ends the present reply before the next one is asked for', () => {
    const talk = new Talk();
    talk.command({ type: 'respond' });
    talk.speak(talk.currentTurnId(), 'long story');
    talk.command({ type: 'user-text', text: 'Stop', reply: true });
    expect(talk.voiceInputs()).toEqual(['respond', 'text', 'cancel', 'respond']);
    expect(count(talk.emitted(), 'reply-started')).toBe(2);
  });
});

describe('clearing the sound', () => {
  it('ends an open turn of the user without words [20.31]', () => {
    const talk = new Talk();
    talk.put({ type: 'speech-started', audioStartMs: 700, atMs: 700 });
    talk.command({ type: 'user-audio-clear' });
    expect(talk.voiceInputs()).toEqual(['user-turn-started', 'user-turn-dropped']);
    expect(talk.emitted().slice(-2)).toEqual(['user-speech-stopped', 'user-transcript-done']);
    expect(talk.state.userItemId).toBeNull();
  });

  it('in transparency also ends what is being said [19.transparency.traps]', () => {
    const talk = new Talk({ transparent: true, detectsTurns: true });
    talk.put({ type: 'voice', event: { type: 'turn-started', turnId: 't1' }, atMs: 0 });
    talk.command({ type: 'user-audio-clear' });
    expect(talk.effects).toContainEqual({ type: 'reset-detector' });
    expect(talk.emitted()).toContain('reply-done');
  });
});

describe('tools', () => {
  const call = (talk: Talk) => {
    talk.command({ type: 'user-text', text: 'Add', reply: true });
    const turnId = talk.currentTurnId();
    talk.put({
      type: 'voice',
      event: { type: 'tool-call-done', turnId, callId: 'c1', name: 'add', argumentsJson: '{}' },
      atMs: 0,
    });
    talk.put({ type: 'voice', event: { type: 'turn-done', turnId }, atMs: 0 });
    talk.put({ type: 'playback-finished', turnId, playedMs: 0, atMs: 0 });
  };

  it('are answered after their result, once [19.clinic.tools] [19.hotel.tools] [19.esl.tools] [20.7]', () => {
    const talk = new Talk();
    call(talk);
    talk.command({ type: 'tool-result', callId: 'c1', output: '4', reply: false });
    talk.command({ type: 'respond' });
    talk.put({ type: 'timer', name: 'tool:c1', atMs: 9000 });
    expect(talk.voiceInputs()).toEqual(['text', 'respond', 'tool-result', 'respond']);
  });

  it('are answered once where the result and a request behind it both ask for it [19.v1.tools]', () => {
    const talk = new Talk();
    call(talk);
    talk.command({ type: 'tool-result', callId: 'c1', output: '4', reply: true });
    talk.command({ type: 'respond' });
    talk.put({ type: 'timer', name: 'tool:c1', atMs: 9000 });
    expect(talk.voiceInputs()).toEqual(['text', 'respond', 'tool-result', 'respond']);
  });

  const callTwo = (talk: Talk) => {
    talk.command({ type: 'user-text', text: 'Add both', reply: true });
    const turnId = talk.currentTurnId();
    for (const callId of ['c1', 'c2']) {
      const event = { type: 'tool-call-done', turnId, callId, name: 'add', argumentsJson: '{}' } as const;
      talk.put({ type: 'voice', event, atMs: 0 });
    }
    return turnId;
  };
  const endReply = (talk: Talk, turnId: string) => {
    talk.put({ type: 'voice', event: { type: 'turn-done', turnId }, atMs: 0 });
    talk.put({ type: 'playback-finished', turnId, playedMs: 0, atMs: 0 });
  };

  it('that one reply called are answered once, when all results are in, however they are asked about [20.7]', () => {
    for (const asks of ['by each result', 'by requests', 'by both', 'while the reply is written'] as const) {
      const talk = new Talk();
      const turnId = callTwo(talk);
      if (asks !== 'while the reply is written') endReply(talk, turnId);
      for (const callId of ['c1', 'c2']) {
        talk.command({
          type: 'tool-result',
          callId,
          output: '4',
          reply: asks === 'by each result' || asks === 'by both',
        });
        if (asks !== 'by each result') talk.command({ type: 'respond' });
      }
      if (asks === 'while the reply is written') endReply(talk, turnId);
      expect([asks, ...talk.voiceInputs()]).toEqual([asks, 'text', 'respond', 'tool-result', 'tool-result', 'respond']);
    }
  });

  it('that one reply called are answered when the time of the last is up', () => {
    const talk = new Talk();
    endReply(talk, callTwo(talk));
    talk.command({ type: 'tool-result', callId: 'c1', output: '4', reply: true });
    expect(talk.voiceInputs()).toEqual(['text', 'respond', 'tool-result']);
    talk.put({ type: 'timer', name: 'tool:c2', atMs: 4000 });
    expect(talk.voiceInputs()).toEqual(['text', 'respond', 'tool-result', 'tool-result', 'respond']);
    const silent = new Talk();
    endReply(silent, callTwo(silent));
    for (const callId of ['c1', 'c2']) silent.put({ type: 'timer', name: `tool:${callId}`, atMs: 4000 });
    expect(silent.voiceInputs()).toEqual(['text', 'respond', 'tool-result', 'tool-result', 'respond']);
  });

  it('do not keep the user waiting who says something new meanwhile', () => {
    const talk = new Talk();
    endReply(talk, callTwo(talk));
    talk.command({ type: 'tool-result', callId: 'c1', output: '4', reply: true });
    talk.command({ type: 'user-text', text: 'Never mind', reply: true });
    expect(talk.voiceInputs()).toEqual(['text', 'respond', 'tool-result', 'text', 'respond']);
  });

  it('take one result, in any order; what is told twice, or of a call that nobody made, is left out', () => {
    const talk = new Talk();
    const turnId = callTwo(talk);
    const again = { type: 'tool-call-done', turnId, callId: 'c1', name: 'add', argumentsJson: '{}' } as const;
    talk.put({ type: 'voice', event: again, atMs: 0 });
    endReply(talk, turnId);
    for (const callId of ['c2', 'c2', 'c9', 'c1', 'c1', 'c2']) {
      talk.command({ type: 'tool-result', callId, output: '4', reply: true });
    }
    talk.put({ type: 'voice', event: again, atMs: 0 });
    expect(talk.emitted().filter((type) => type === 'tool-call-done')).toHaveLength(2);
    expect(talk.voiceInputs()).toEqual(['text', 'respond', 'tool-result', 'tool-result', 'respond']);
    const told = talk.effects.filter((effect) => effect.type === 'emit' && effect.event.type === 'failed');
    expect(told).toMatchObject([{ event: { fatal: false, message: expect.stringContaining('c9') } }]);
  });

  it('whose result comes late are answered by it, once more', () => {
    const talk = new Talk();
    call(talk);
    talk.put({ type: 'timer', name: 'tool:c1', atMs: 4000 });
    endReply(talk, talk.currentTurnId());
    for (let count = 0; count < 2; count += 1) {
      talk.command({ type: 'tool-result', callId: 'c1', output: '4', reply: true });
    }
    expect(talk.voiceInputs()).toEqual(['text', 'respond', 'tool-result', 'respond', 'tool-result', 'respond']);
  });

  it('that the server answers are waited for as long as it may take, also after the client has changed the others', () => {
    const talk = new Talk();
    const waits = () => talk.effects.flatMap((effect) => (effect.type === 'set-timer' ? [effect.delayMs] : []));
    const add = { name: 'add', description: '', parameters: {}, serverWaitMs: 21_500 };
    talk.command({ type: 'configure', patch: { tools: [add] } });
    call(talk);
    expect(waits().at(-1)).toBe(21_500);
    talk.command({ type: 'configure', patch: { prompt: 'Be kind.' } });
    expect(talk.state.serverWaitsMs.get('add')).toBe(21_500);
    talk.command({ type: 'tool-result', callId: 'c1', output: '4', reply: true });
    expect(talk.voiceInputs()).toEqual(['configure', 'text', 'respond', 'configure', 'tool-result', 'respond']);
  });

  it('do not block the talk when no result comes [19.js.tools] [19.ios.tools] [19.android.tools] [19.recruitment.tools] [19.wordpress.tools] [19.html.tools] [19.expo.tools] [19.flutter.tools] [20.7]', () => {
    const talk = new Talk();
    call(talk);
    expect(talk.effects).toContainEqual({ type: 'set-timer', name: 'tool:c1', delayMs: TOOL_RESULT_WAIT_MS });
    expect(talk.emitted()).not.toContain('tool-call-timed-out');
    talk.put({ type: 'timer', name: 'tool:c1', atMs: 4000 });
    expect(talk.voiceInputs()).toEqual(['text', 'respond', 'tool-result', 'respond']);
    expect(talk.effects).toContainEqual({ type: 'emit', event: { type: 'tool-call-timed-out', callId: 'c1' } });
  });
});

describe('failures of the voice', () => {
  it('that pass end the reply and leave the call open', () => {
    const talk = new Talk();
    talk.command({ type: 'respond' });
    talk.put({
      type: 'voice',
      event: { type: 'failed', category: 'connectivity', retryable: true, message: 'lost' },
      atMs: 0,
    });
    expect(talk.effects).toContainEqual(expect.objectContaining({ type: 'finish-audio' }));
    expect(talk.state.phase).toBe('talking');
  });

  it('that last end the call', () => {
    const talk = new Talk();
    talk.put({
      type: 'voice',
      event: { type: 'failed', category: 'authentication', retryable: false, message: 'bad key' },
      atMs: 0,
    });
    expect(talk.effects.at(-1)).toEqual({ type: 'end', reason: 'voice-unavailable' });
    expect(talk.state.phase).toBe('closed');
  });
});

describe('a detector that has died', () => {
  it('is told of, and the talk goes on in writing', () => {
    const talk = new Talk();
    talk.put({ type: 'hearing', isWorking: false });
    expect(talk.effects.at(-1)).toMatchObject({
      type: 'emit',
      event: {
        type: 'failed',
        code: 'hearing-failed',
        fatal: false,
        message: expect.stringContaining('cannot hear you'),
      },
    });
    talk.command({ type: 'user-text', text: 'Hello?', reply: true });
    expect(talk.state.turns).toHaveLength(1);
  });
});

describe('texts to be spoken', () => {
  it('are refused, with a sentence, while too many wait', () => {
    const talk = new Talk();
    for (let text = 0; text < 20; text += 1) talk.command({ type: 'say', text: 'Hello.' });
    expect(talk.state.turns).toHaveLength(16);
    expect(count(talk.voiceInputs(), 'say')).toBe(16);
    expect(count(talk.emitted(), 'failed')).toBe(4);
  });
});
