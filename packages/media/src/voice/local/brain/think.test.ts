import { describe, expect, it } from 'vitest';
import type { ToolDefinition } from '../../../core/voice-port.ts';
import { type BrainState, keepOnlyHeard, NEW_BRAIN, remember, rememberHistory } from './memory.ts';
import { type BrainInput, think } from './think.ts';

const NOW = new Date('2026-03-05T14:30:00');
const CONFIG: BrainInput['config'] = {
  prompt:
    'You are Mia, the receptionist of Hotel Alpenblick. The hotel has 42 rooms. Breakfast is served from seven to ten. ' +
    'Always be polite. You should answer briefly. The pool is closed on Mondays.',
  firstMessage: 'Welcome to the Alpenblick!',
  avatarName: 'navtalk.Mia',
  language: 'en-US',
  tools: [],
};

class Talk {
  state: BrainState = NEW_BRAIN;
  private readonly config: BrainInput['config'];

  constructor(config: Partial<BrainInput['config']> = {}) {
    this.config = { ...CONFIG, ...config };
  }

  say(words: string | null, instructions: string | null = null, hasPicture = false): string {
    const thought = think(this.state, { words, instructions, hasPicture, config: this.config, now: NOW });
    this.state = remember(thought.state, [{ role: 'assistant', text: thought.reply }]);
    return thought.reply;
  }
}

describe('The brain answers', () => {
  it.each([
    ['hello', /^(?:Hello|Hi)/],
    ['hey there', /^(?:Hello|Hi)/],
    ['thanks a lot', /welcome|pleasure|Any time|Glad/],
    ['goodbye', /^(?:Goodbye|See you)/],
    ['how are you', /how are you|And you|on your mind/i],
    ['what time is it', /2:30 PM/],
    ['what is the date today', /Thursday, March 5, 2026/],
    ['tell me a joke', /\./],
    ['are you a real person?', /not a person/],
    ['can you hear me', /hear you|listening/],
    ['can you see me', /cannot see/],
    ['say hello world', /^Hello world\.$/],
    ['help', /You can ask me/],
    ['my name is laura', /Laura/],
    ['stop', /All right|Of course/],
    ['who are you', /^I am Mia, the receptionist of Hotel Alpenblick\.$/],
    ['how many rooms does the hotel have', /42 rooms/],
    ['when is breakfast?', /from seven to ten/],
    ['is the pool open today', /closed on Mondays/],
    ['what is visavis', /open-source platform/],
    ['what is vis a vis', /open-source platform/],
    ['is it compatible with NavTalk?', /same messages/],
    ['how do I connect OpenAI', /OPENAI_API_KEY/],
    ['can I use Eleven Labs', /voice of ElevenLabs/],
    ['do I need a graphics card', /No graphics card/],
    ['how do I get a licence key', /console/],
    ['what about privacy', /leaves your server/],
    ['how do you hear me', /PocketSphinx/],
    ['which languages can you speak', /English/],
    ['where can I find the console', /web page of the server/],
    ['what is the capital of France', /not know|beyond|no answer|cannot tell/],
    ['i feel sad', /sorry|heavy|Thank you for telling/],
    ['I am worried about my exam', /worried|strength/],
    ['I want to change my career', /change your career|first step/],
    ['my mother calls me every day', /mother/],
    ['you are stupid', /sorry|Fair enough/],
    ['blah blah', /./],
  ])('"%s"', (words, expected) => {
    expect(new Talk().say(words)).toMatch(expected);
  });

  it('in one to three short sentences', () => {
    const talk = new Talk();
    for (const words of ['what is visavis', 'tell me more', 'tell me more', 'i need a holiday', 'what can you do']) {
      const sentences = talk.say(words).match(/[.!?](?=\s|$)/g) ?? [];
      expect(sentences.length).toBeLessThanOrEqual(4);
    }
  });

  it('in English, and says so, when it is spoken to in another language', () => {
    expect(new Talk().say('你好，你是谁？')).toMatch(/understands English only/);
    expect(new Talk({ language: 'de-DE' }).say('Guten Tag, wie geht es Ihnen heute?')).toMatch(
      /understands English only/,
    );
    expect(new Talk({ language: 'de-DE' }).say('How are you?')).not.toMatch(/understands English only/);
  });
});

describe('The brain keeps the thread', () => {
  it('greets once with the first message, then invites', () => {
    const talk = new Talk();
    expect(talk.say(null)).toBe('Welcome to the Alpenblick!');
    expect(talk.say(null)).not.toBe('Welcome to the Alpenblick!');
    expect(new Talk({ firstMessage: '' }).say(null)).toMatch(/^Hello! I am Mia\./);
  });

  it('remembers the name and what was talked about', () => {
    const talk = new Talk();
    expect(talk.say('what is my name')).toMatch(/not told me/);
    talk.say('I am John Smith from Berlin');
    talk.say('I love hiking in the mountains');
    talk.say('my new job is hard');
    expect(talk.say("what's my name?")).toBe('Your name is John.');
    expect(talk.say('what did we talk about')).toMatch(/mountains.*your new job/);
    expect(talk.say('goodbye')).toContain('John');
  });

  it('never answers the same words twice in a row in the same way', () => {
    const talk = new Talk();
    const answers = Array.from({ length: 9 }, () => talk.say('I need a holiday'));
    for (const [index, answer] of answers.slice(1).entries()) expect(answer).not.toBe(answers[index]);
    expect(new Set(answers).size).toBeGreaterThanOrEqual(3);
  });

  it('repeats itself when asked, but only what was heard', () => {
    let state = remember(NEW_BRAIN, [{ role: 'assistant', text: 'One two three four.', turnId: 'turn-1' }]);
    state = keepOnlyHeard(state, 'turn-1', 'One two');
    const { reply } = think(state, {
      words: 'what did you say',
      instructions: null,
      hasPicture: false,
      config: CONFIG,
      now: NOW,
    });
    expect(reply).toBe('One two');
    expect(keepOnlyHeard(state, 'turn-1', '').items).toEqual([]);
  });

  it('takes names from an earlier talk and does not greet again', () => {
    const talk = new Talk();
    talk.state = rememberHistory(NEW_BRAIN, [
      { role: 'user', text: 'Hi, my name is Ada.' },
      { role: 'assistant', text: 'Nice to meet you.' },
    ]);
    expect(talk.say(null)).not.toContain('Welcome');
    expect(talk.say('what is my name')).toContain('Ada');
  });

  it('leaves the state that it was given as it was', () => {
    const before = structuredClone(NEW_BRAIN);
    think(NEW_BRAIN, { words: 'my name is Ada', instructions: null, hasPicture: false, config: CONFIG, now: NOW });
    expect(NEW_BRAIN).toEqual(before);
  });

  it('is honest about a picture', () => {
    expect(new Talk().say(null, null, true)).toMatch(/cannot see/);
  });
});

describe('The brain follows instructions', () => {
  it.each([
    ['Say exactly: "The doors are closing."', 'The doors are closing.'],
    ['Say: Your taxi is here', 'Your taxi is here.'],
    ['Respond with exactly the following text: Code red', 'Code red.'],
    ['Tell the user that their table is ready', 'Your table is ready.'],
    ['Ask the user for their name', 'May I ask for your name?'],
    ['Greet the user warmly.', 'Welcome to the Alpenblick!'],
  ])('%s', (instructions, expected) => {
    expect(new Talk().say(null, instructions)).toBe(expected);
  });

  it('as if the user had asked, where they leave the words open', () => {
    expect(new Talk().say(null, 'Please say goodbye to the user')).toMatch(/Goodbye|See you/);
    expect(new Talk().say(null, 'Tell the user when breakfast is served')).toMatch(/seven to ten/);
  });

  it('and a prompt that dictates the next words, though the user has said nothing', () => {
    const talk = new Talk({ prompt: 'Say exactly "Your exam begins in a minute", and nothing else.' });
    expect(talk.say(null)).toBe('Your exam begins in a minute.');
    talk.state = { ...talk.state, hasGreeted: true };
    expect(talk.say(null)).toBe('Your exam begins in a minute.');
  });

  it('and a prompt that dictates every answer', () => {
    expect(new Talk({ prompt: 'Whatever happens, reply with exactly "I am a teapot".' }).say('hello')).toBe(
      'I am a teapot.',
    );
  });
});

describe('The brain calls no tools', () => {
  const tools: ToolDefinition[] = [
    {
      name: 'set_background',
      description: 'Changes the background colour of the page',
      parameters: {
        type: 'object',
        properties: { color: { type: 'string', enum: ['red', 'dark_green', 'blue'] } },
        required: ['color'],
      },
    },
    {
      name: 'getWeather',
      description: 'Current weather of a city',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' }, days: { type: 'integer' } },
        required: ['city'],
      },
    },
    { name: 'end_conversation', description: 'Ends the call when the user says goodbye', parameters: {} },
  ];

  const NO_MODEL = /no language model|without a language model/;

  it.each([
    'please make the background dark green',
    'what is the weather in New York?',
    'please end the conversation',
    'tell me the current weather of that city',
  ])('"%s" is answered with what is missing, and how it is had', (words) => {
    const talk = new Talk({ tools });
    const answers = [talk.say(words), talk.say(words)];
    for (const answer of answers) expect(answer).toMatch(NO_MODEL);
    for (const answer of answers) expect(answer).toMatch(/Whoever runs this server|when the server is started/);
    expect(answers[0]).not.toBe(answers[1]);
  });

  it('where none is meant, it says nothing of them', () => {
    for (const words of ['hello', 'my day was fine', 'I was in the city', 'who are you', 'goodbye']) {
      expect(new Talk({ tools }).say(words)).not.toMatch(NO_MODEL);
    }
    expect(new Talk().say('what is the weather in New York?')).not.toMatch(NO_MODEL);
  });
});
