import { describe, expect, it } from 'vitest';
import { DEFAULT_TURN_DETECTION } from '../core/voice-port.ts';
import { HELD_AFTER_VOICE_MS, SERVICE_WORDS_WAIT_MS, SURE_INTERRUPTION_MS } from './session-state.ts';
import { Talk } from './testing/talk.ts';

const TEXT = 'We have rooms with a view of the sea, and boats that leave at nine in the morning.';

type Options = ConstructorParameters<typeof Talk>[0] & { text?: string; heardMs?: number };

/** A talk in which the avatar is in the middle of a reply of six seconds. */
function replying(options: Options = {}): Talk {
  const talk = new Talk(options);
  talk.heardMs = options.heardMs ?? 2000;
  talk.command({ type: 'user-text', text: 'Tell me', reply: true });
  talk.speak(talk.currentTurnId(), options.text ?? TEXT, 6000);
  talk.effects = [];
  return talk;
}

function startSpeaking(talk: Talk): string {
  talk.put({ type: 'speech-started', audioStartMs: 5000, atMs: 5000 });
  return talk.state.userItemId ?? '';
}

/** Padding and closing silence (800 ms together) are in the sound of a turn. */
function sayOver(talk: Talk, words: string, voiceMs = 400): void {
  const itemId = startSpeaking(talk);
  talk.put({ type: 'speech-stopped', audioEndMs: 5800 + voiceMs, atMs: 5900 });
  talk.put({ type: 'voice', event: { type: 'user-transcript-done', itemId, text: words }, atMs: 6000 });
}

const effectTypes = (talk: Talk): string[] => talk.effects.map((effect) => effect.type);
const soundsTold = (talk: Talk) =>
  talk.effects.flatMap((effect) =>
    effect.type === 'emit' && effect.event.type === 'reply-sound' ? [effect.event] : [],
  );
const cancelled = (talk: Talk) =>
  talk.effects.flatMap((effect) => (effect.type === 'voice' && effect.input.type === 'cancel' ? [effect.input] : []));

describe('who speaks over the avatar', () => {
  it('silences it at once, and nothing else happens before his words are known', () => {
    const talk = replying();
    startSpeaking(talk);
    expect(effectTypes(talk)).toContain('hold-audio');
    expect(effectTypes(talk)).not.toContain('flush-audio');
    expect(talk.emitted()).not.toContain('reply-done');
  });

  it.each([['okay'], ['uh-huh'], ['Mm-hm.'], ['Okay, okay.'], ['yeah yeah, right'], [''], ['...']])(
    'and says “%s” lets it go on, unanswered',
    (words) => {
      const talk = replying();
      const turnId = talk.currentTurnId();
      sayOver(talk, words);
      expect(effectTypes(talk)).toContain('resume-audio');
      expect(effectTypes(talk)).not.toContain('flush-audio');
      expect(talk.voiceInputs()).toEqual(['user-turn-started', 'user-turn-stopped', 'user-turn-dropped']);
      expect(talk.state.turns.map(({ id }) => id)).toEqual([turnId]);
      talk.put({ type: 'playback-finished', turnId, playedMs: 6000, atMs: 9000 });
      expect(talk.effects.at(-2)).toMatchObject({ event: { type: 'reply-done', interrupted: false, heardText: TEXT } });
    },
  );

  it('learns where the sound waits and goes on, so that captions wait and go on with it', () => {
    const talk = replying();
    const turnId = talk.currentTurnId();
    const itemId = startSpeaking(talk);
    expect(soundsTold(talk)).toEqual([{ type: 'reply-sound', turnId, playedMs: 2000, isPlaying: false }]);
    talk.put({ type: 'speech-stopped', audioEndMs: 6200, atMs: 5900 });
    talk.put({ type: 'voice', event: { type: 'user-transcript-done', itemId, text: 'okay' }, atMs: 6000 });
    expect(soundsTold(talk).at(-1)).toEqual({ type: 'reply-sound', turnId, playedMs: 2000, isPlaying: true });
    expect(soundsTold(talk)).toHaveLength(2);
  });

  it('and whose words of agreement come after the hold is told no second time where the sound went on', () => {
    const talk = replying();
    const turnId = talk.currentTurnId();
    const itemId = startSpeaking(talk);
    talk.put({ type: 'speech-stopped', audioEndMs: 6200, atMs: 5900 });
    talk.put({ type: 'timer', name: 'held', atMs: 6400 });
    expect(soundsTold(talk).at(-1)).toEqual({ type: 'reply-sound', turnId, playedMs: 2000, isPlaying: true });
    talk.effects = [];
    talk.put({ type: 'voice', event: { type: 'user-transcript-done', itemId, text: 'okay' }, atMs: 7000 });
    expect([soundsTold(talk), effectTypes(talk).includes('resume-audio')]).toEqual([[], false]);
    expect(talk.voiceInputs()).toEqual(['user-turn-dropped']);
    expect([talk.state.interruption, talk.state.turns.map(({ id }) => id)]).toEqual([null, [turnId]]);
    // Held once more, it goes on from where it is then.
    talk.heardMs = 3100;
    talk.effects = [];
    sayOver(talk, 'okay');
    expect(soundsTold(talk).map(({ playedMs }) => playedMs)).toEqual([3100, 3100]);
  });

  it('in another language likewise', () => {
    for (const [language, words] of [
      ['de', 'Ja, genau'],
      ['ja', 'はい'],
      ['fr', "d'accord"],
      ['zh-CN', '好的'],
      ['es', 'Sí, claro'],
    ] as const) {
      const talk = replying({ language });
      sayOver(talk, words);
      expect([language, effectTypes(talk).includes('resume-audio')]).toEqual([language, true]);
    }
  });

  it.each([
    ['stop'],
    ['wait'],
    ['No.'],
    ['no no wait'],
    ['okay, wait'],
    ['What about breakfast'],
    ['Okay, and what about Paris?'],
    ['yeah but why'],
    ['Why?'],
    ['Paris'],
  ])('and says “%s” ends it where it fell silent', (words) => {
    const talk = replying();
    sayOver(talk, words);
    expect(cancelled(talk)).toMatchObject([{ playedMs: 2000, heardText: 'We have rooms with a view' }]);
    expect(talk.voiceInputs()).not.toContain('user-turn-dropped');
    expect(effectTypes(talk)).not.toContain('resume-audio');
    expect(talk.state.turns).toEqual([]);
  });

  it('in another language likewise ends it by “stop”, “no”, or a question behind an agreement', () => {
    for (const [language, words] of [
      ['de', 'Halt, stopp'],
      ['de', 'Okay, und was ist mit Paris?'],
      ['fr', 'non non, attends'],
      ['fr', "d'accord, et Paris"],
      ['es', 'para'],
      ['es', 'Vale, ¿y París?'],
      ['zh-CN', '等等'],
      ['zh-CN', '好的，那巴黎呢？'],
    ] as const) {
      const talk = replying({ language });
      sayOver(talk, words);
      expect([language, words, cancelled(talk).length]).toEqual([language, words, 1]);
    }
  });

  it('and makes a short sound, of which only a scrap was understood, lets it go on', () => {
    for (const [language, words] of [
      ['en', 'But'],
      ['en', 'I have'],
      ['en', 'I think'],
      ['de', 'und'],
      ['fr', 'mais'],
      ['es', 'pero'],
      ['zh', '那个'],
    ] as const) {
      const talk = replying({ language });
      sayOver(talk, words);
      expect([words, effectTypes(talk).includes('resume-audio')]).toEqual([words, true]);
      expect(talk.voiceInputs()).toContain('user-turn-dropped');
      const longer = replying({ language });
      sayOver(longer, words, 1200);
      expect([words, cancelled(longer).length]).toEqual([words, 1]);
    }
  });

  it.each([
    ['The tailgate', 'Okay okay', 'Okay okay', true],
    ['But', 'Uh-huh', 'Uh-huh', true],
    ['All right', 'Stop', 'All right', true],
    ['But', 'Wait', 'But', false],
    ['Shop', 'Stop', 'Shop', false],
    ['What about breakfast', 'London', 'What about breakfast', false],
  ])('and is heard as “%s”, which sounds like “%s”, is told “%s”', (text, shortPhrase, told, goesOn) => {
    const talk = replying();
    const itemId = startSpeaking(talk);
    talk.put({ type: 'speech-stopped', audioEndMs: 6300, atMs: 5900 });
    talk.put({ type: 'voice', event: { type: 'user-transcript-done', itemId, text, shortPhrase }, atMs: 6000 });
    expect(talk.effects).toContainEqual({ type: 'emit', event: { type: 'user-transcript-done', itemId, text: told } });
    expect(effectTypes(talk).includes('resume-audio')).toBe(goesOn);
  });

  it('and says “yes” to what it just asked is answered', () => {
    const talk = replying({ text: 'We have one room with a view of the sea. Shall I book it?', heardMs: 5200 });
    sayOver(talk, 'yes');
    expect(cancelled(talk)).toHaveLength(1);
    expect(talk.voiceInputs()).not.toContain('user-turn-dropped');
  });

  it('and goes on for long interrupts it, whatever he says', () => {
    const talk = replying();
    startSpeaking(talk);
    expect(talk.effects).toContainEqual({ type: 'set-timer', name: 'held', delayMs: SURE_INTERRUPTION_MS });
    talk.put({ type: 'timer', name: 'held', atMs: 8000 });
    expect(cancelled(talk)).toMatchObject([{ playedMs: 2000 }]);
  });

  it('where no speech becomes text interrupts it at once', () => {
    const talk = replying({ hears: false });
    startSpeaking(talk);
    expect(cancelled(talk)).toHaveLength(1);
  });

  it('twice is waited for until both words are known', () => {
    const talk = replying();
    const first = startSpeaking(talk);
    talk.put({ type: 'speech-stopped', audioEndMs: 5900, atMs: 5900 });
    const second = startSpeaking(talk);
    talk.put({ type: 'voice', event: { type: 'user-transcript-done', itemId: first, text: 'okay' }, atMs: 6000 });
    expect(effectTypes(talk)).not.toContain('resume-audio');
    talk.put({ type: 'speech-stopped', audioEndMs: 6900, atMs: 6900 });
    talk.put({ type: 'voice', event: { type: 'user-transcript-done', itemId: second, text: 'stop' }, atMs: 7000 });
    expect(cancelled(talk)).toHaveLength(1);
  });
});

describe('a false interruption', () => {
  it.each([
    [false, 500],
    [true, 500],
    [true, 700],
    [false, 1500],
  ])(
    'ends a second after the voice where no words come (a service: %s, silence of %i ms)',
    (detectsTurns, silenceMs) => {
      const talk = replying({ detectsTurns });
      talk.command({
        type: 'configure',
        patch: { turnDetection: { ...DEFAULT_TURN_DETECTION, silenceDurationMs: silenceMs } },
      });
      const turnId = talk.currentTurnId();
      if (detectsTurns) {
        const itemId = 'item_x';
        talk.put({ type: 'voice', event: { type: 'user-speech-started', itemId, audioStartMs: 5000 }, atMs: 5000 });
        talk.put({ type: 'voice', event: { type: 'user-speech-stopped', itemId, audioEndMs: 6000 }, atMs: 6000 });
      } else {
        startSpeaking(talk);
        talk.put({ type: 'speech-stopped', audioEndMs: 6000, atMs: 6000 });
      }
      const timers = talk.effects.filter((effect) => effect.type === 'set-timer' && effect.name === 'held');
      const delayMs = Math.max(250, 850 - silenceMs);
      expect(timers.at(-1)).toMatchObject({ delayMs });
      talk.put({ type: 'timer', name: 'held', atMs: 6000 + delayMs });
      expect(effectTypes(talk)).toContain('resume-audio');
      expect(talk.state.turns.map(({ id }) => id)).toEqual([turnId]);
    },
  );

  it('ends where no words come, and words that come late still count', () => {
    const talk = replying();
    const itemId = startSpeaking(talk);
    talk.put({ type: 'speech-stopped', audioEndMs: 5900, atMs: 5900 });
    const delayMs = HELD_AFTER_VOICE_MS - DEFAULT_TURN_DETECTION.silenceDurationMs;
    expect(talk.effects).toContainEqual({ type: 'set-timer', name: 'held', delayMs });
    talk.put({ type: 'timer', name: 'held', atMs: 6400 });
    expect(effectTypes(talk)).toContain('resume-audio');
    talk.heardMs = 2300;
    talk.put({ type: 'voice', event: { type: 'user-transcript-done', itemId, text: 'Stop' }, atMs: 6700 });
    expect(cancelled(talk)).toMatchObject([{ playedMs: 2300 }]);
  });

  it.each([
    ['okay', TEXT, true],
    ['stop', TEXT, false],
    ['yes', 'We have one room with a view of the sea. Shall I book it?', false],
  ])('is no turn to be answered where “%s” is understood only after the reply', (words, text, isDropped) => {
    const talk = replying({ text, heardMs: 5200 });
    const turnId = talk.currentTurnId();
    const itemId = startSpeaking(talk);
    talk.put({ type: 'speech-stopped', audioEndMs: 5900, atMs: 5900 });
    talk.put({ type: 'timer', name: 'held', atMs: 6400 });
    talk.put({ type: 'playback-finished', turnId, playedMs: 6000, atMs: 7200 });
    talk.put({ type: 'voice', event: { type: 'user-transcript-done', itemId, text: words }, atMs: 7500 });
    expect(talk.voiceInputs().includes('user-turn-dropped')).toBe(isDropped);
  });

  it.each([
    ['yes', ['We have one room with a view of the sea. Shall I book it?', 'Breakfast is at eight.'], 5200, false],
    ['yes', ['Breakfast is at eight.', 'Shall I book it?'], 5200, true],
    ['yes', ['We have one room with a view of the sea. Shall I book it?', 'Breakfast is at eight.'], 1000, true],
  ] as const)(
    'is judged by the reply that was spoken over, of two in a row: “%s” over “%s”',
    (words, texts, ms, isDropped) => {
      for (const isSecondOver of [false, true]) {
        const talk = replying({ text: texts[0], heardMs: ms });
        const first = talk.currentTurnId();
        talk.command({ type: 'say', text: texts[1] });
        const second = talk.currentTurnId();
        talk.put({
          type: 'voice',
          event: { type: 'text-delta', turnId: second, text: texts[1], audioStartMs: 0 },
          atMs: 50,
        });
        talk.put({ type: 'voice-audio', turnId: second, pcm: new Int16Array(0), durationMs: 6000, atMs: 60 });
        talk.put({ type: 'voice', event: { type: 'turn-done', turnId: second }, atMs: 70 });
        const itemId = startSpeaking(talk);
        talk.put({ type: 'speech-stopped', audioEndMs: 5900, atMs: 5900 });
        talk.put({ type: 'timer', name: 'held', atMs: 6400 });
        talk.put({ type: 'playback-finished', turnId: first, playedMs: 6000, atMs: 7200 });
        if (isSecondOver) talk.put({ type: 'playback-finished', turnId: second, playedMs: 6000, atMs: 13_200 });
        talk.put({ type: 'voice', event: { type: 'user-transcript-done', itemId, text: words }, atMs: 13_500 });
        expect([isSecondOver, talk.voiceInputs().includes('user-turn-dropped')]).toEqual([isSecondOver, isDropped]);
      }
    },
  );

  it('ends where the client throws the sound away', () => {
    const talk = replying();
    startSpeaking(talk);
    talk.command({ type: 'user-audio-clear' });
    expect(effectTypes(talk)).toContain('resume-audio');
  });

  it('costs nothing that was wanted besides', () => {
    const talk = replying();
    const queued = { ...talk.state, respondQueued: {} };
    talk.state = queued;
    sayOver(talk, 'okay');
    expect(talk.state.respondQueued).toEqual({});
    sayOver(talk, 'stop');
    expect(talk.state.respondQueued).toBeNull();
  });
});

describe('a voice that detects turns and answers by itself', () => {
  const hear = (talk: Talk, text: string) => {
    const itemId = 'item_x';
    talk.put({ type: 'voice', event: { type: 'user-speech-started', itemId, audioStartMs: 5000 }, atMs: 5000 });
    talk.put({ type: 'voice', event: { type: 'user-speech-stopped', itemId, audioEndMs: 5900 }, atMs: 5900 });
    talk.put({ type: 'voice', event: { type: 'turn-started', turnId: 'answer' }, atMs: 6000 });
    talk.put({ type: 'voice', event: { type: 'user-transcript-done', itemId, text }, atMs: 6100 });
  };

  it('has its answer to an agreement cancelled, and the reply goes on', () => {
    const talk = replying({ detectsTurns: true });
    const turnId = talk.currentTurnId();
    hear(talk, 'okay');
    expect(cancelled(talk)).toMatchObject([{ turnId: 'answer', playedMs: 0, heardText: '' }]);
    expect(talk.state.turns.map(({ id }) => id)).toEqual([turnId]);
    expect(talk.effects).toContainEqual({ type: 'flush-audio', keptTurnIds: [turnId] });
    const speaking = talk.effects.filter((effect) => effect.type === 'set-avatar-speaking').at(-1);
    expect(speaking).toMatchObject({ speaking: true });
  });

  it('has its answer to words kept, and only the reply cancelled', () => {
    const talk = replying({ detectsTurns: true });
    const turnId = talk.currentTurnId();
    hear(talk, 'stop');
    expect(cancelled(talk)).toMatchObject([{ turnId, playedMs: 2000 }]);
    expect(talk.state.turns.map(({ id }) => id)).toEqual(['answer']);
  });

  const speakFor = (talk: Talk, voiceMs: number, isAnswered: boolean) => {
    const itemId = 'item_x';
    talk.put({ type: 'voice', event: { type: 'user-speech-started', itemId, audioStartMs: 5000 }, atMs: 5000 });
    const audioEndMs = 5800 + voiceMs;
    talk.put({ type: 'voice', event: { type: 'user-speech-stopped', itemId, audioEndMs }, atMs: audioEndMs });
    const timers = talk.effects.filter((effect) => effect.type === 'set-timer' && effect.name === 'held');
    if (isAnswered)
      talk.put({ type: 'voice', event: { type: 'turn-started', turnId: 'answer' }, atMs: audioEndMs + 10 });
    talk.put({ type: 'timer', name: 'held', atMs: audioEndMs + 1000 });
    return timers.at(-1);
  };

  it.each([
    [200, 350],
    [700, 350],
    [701, SERVICE_WORDS_WAIT_MS],
    [2000, SERVICE_WORDS_WAIT_MS],
  ])('has a second for the words of a sentence, and less for a short sound: %i ms of voice', (voiceMs, delayMs) => {
    const talk = replying({ detectsTurns: true });
    expect(speakFor(talk, voiceMs, false)).toMatchObject({ delayMs });
    expect(effectTypes(talk)).toContain('resume-audio');
  });

  it('and answers a sentence before it has the words ends the reply, which does not go on meanwhile', () => {
    const talk = replying({ detectsTurns: true });
    const turnId = talk.currentTurnId();
    speakFor(talk, 1500, true);
    expect(effectTypes(talk)).not.toContain('resume-audio');
    expect(cancelled(talk)).toMatchObject([{ turnId, playedMs: 2000 }]);
    expect(talk.state.turns.map(({ id }) => id)).toEqual(['answer']);
  });

  it('and answers a cough lets the reply go on all the same', () => {
    const talk = replying({ detectsTurns: true });
    speakFor(talk, 300, true);
    expect(effectTypes(talk)).toContain('resume-audio');
    expect(cancelled(talk)).toEqual([]);
  });
});
