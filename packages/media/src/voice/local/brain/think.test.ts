import { describe, expect, it } from 'vitest';
import type { ToolDefinition } from '../../../core/voice-port.ts';
import { endsTheTalk } from './ending-tools.ts';
import {
  type BrainState,
  keepOnlyHeard,
  NEW_BRAIN,
  remember,
  rememberCall,
  rememberHistory,
  rememberOutcome,
} from './memory.ts';
import { type BrainInput, type BrainReply, think } from './think.ts';

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

  reply(words: string | null, instructions: string | null = null, hasPicture = false): BrainReply {
    const thought = think(this.state, { words, instructions, hasPicture, config: this.config, now: NOW });
    this.state = thought.state;
    if (thought.reply.kind === 'speak')
      this.state = remember(this.state, [{ role: 'assistant', text: thought.reply.text }]);
    return thought.reply;
  }

  say(words: string | null, instructions: string | null = null): string {
    const reply = this.reply(words, instructions);
    return reply.kind === 'speak' ? reply.text : `[${reply.name} ${reply.argumentsJson}]`;
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
    ['how do I connect OpenAI', /OpenAI Realtime is planned/],
    ['can I use Eleven Labs', /ElevenLabs is planned/],
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
    expect(reply).toEqual({ kind: 'speak', text: 'One two' });
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
    const reply = new Talk().reply(null, null, true);
    expect(reply).toMatchObject({ kind: 'speak', text: expect.stringMatching(/cannot see/) });
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

describe('The brain uses tools', () => {
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

  it.each([
    ['please make the background dark green', '[set_background {"color":"dark_green"}]'],
    ['what is the weather in New York?', '[getWeather {"city":"New York"}]'],
    ['weather for twenty five days in Paris please', '[getWeather {"city":"Paris","days":25}]'],
    ['tell me the weather of "Rio de Janeiro"', '[getWeather {"city":"Rio de Janeiro"}]'],
    ['please end the conversation', '[end_conversation {}]'],
  ])('%s', (words, expected) => {
    expect(new Talk({ tools }).say(words)).toBe(expected);
  });

  it.each([
    'I want to leave melt goodbye',
    'bye bye',
    'thank you, see you later',
    'I have to go now',
    'please end the conversation',
    'OK, could you hang up now, please?',
    'Thank you very much for your help, Mia. Goodbye!',
    'I think I have to go. Have a nice day',
    '再见',
    '谢谢，再见',
  ])('"%s" ends the talk, with a goodbye', (words) => {
    const reply = new Talk({ tools }).reply(words);
    expect(reply).toMatchObject({ kind: 'call-tool', name: 'end_conversation', argumentsJson: '{}' });
    expect(reply).toMatchObject({ words: expect.stringMatching(/^(?:Goodbye|See you)/) });
  });

  it.each([
    "Don't hang up",
    'Bye? Please do not end the call',
    "Bye. No, don't hang up",
    'How do you say goodbye in French?',
    'how do you say goodbye in french',
    'What does farewell mean',
    'My sister said goodbye to me',
    'I want to leave feedback',
    'I have to go to the bathroom first',
    'Does the call end when the user says goodbye?',
    'Why did you end the conversation',
    "I don't want to end the conversation",
    'Please end the call in an hour from now',
    '别说再见',
    `${'so '.repeat(100)}goodbye`,
  ])('"%s" does not', (words) => {
    expect(new Talk({ tools }).reply(words)).toMatchObject({ kind: 'speak' });
  });

  it('finds the tool that ends the talk by its name or by what is told of it, and no other', () => {
    const byName = ['end_conversation', 'function_call_close_talk', 'hangUp', 'endCall', 'say-goodbye'];
    for (const name of byName) expect([name, endsTheTalk({ name, description: '' })]).toEqual([name, true]);
    expect(endsTheTalk({ name: 'finish', description: 'Call this when the user says goodbye' })).toBe(true);
    const others = ['function_call_stop_music', 'call_taxi', 'end_game', 'function_call_add_numbers', 'close_window'];
    for (const name of others) expect([name, endsTheTalk({ name, description: 'Do it' })]).toEqual([name, false]);
    expect(new Talk({ tools: tools.slice(0, 2) }).say('goodbye')).toMatch(/^(?:Goodbye|See you)/);
  });

  it('and says nothing of the books that a client keeps about the end of the talk', () => {
    const talk = new Talk({ tools });
    const call = { callId: 'call-1', name: 'end_conversation' };
    const output = '{"action":"auto_hangup","status":"scheduled","reason":"goodbye"}';
    talk.state = rememberOutcome(rememberCall(NEW_BRAIN, call), 'call-1', output);
    expect(talk.say(null)).toBe('');
  });

  it('only when they are meant', () => {
    for (const words of ['hello', 'my day was fine', 'I was in the city', 'who are you']) {
      expect(new Talk({ tools }).say(words)).not.toMatch(/^\[/);
    }
  });

  it.each([
    ['{"success":true}', 'That is done.'],
    ['{"temperature":21,"condition":"sunny"}', 'Here is what I found: temperature is 21, condition is sunny.'],
    ['{"message":"Your order is on its way."}', 'Your order is on its way.'],
    ['{"error":"no such city"}', 'That did not work: no such city.'],
    ['{"status":"no result was returned"}', ''],
    ['{"action":"reload","status":"scheduled"}', 'That is done.'],
    ['It is raining in Paris', 'It is raining in Paris.'],
    ['42', 'The answer is 42.'],
    ['', 'That is done.'],
  ])('and tells the result %s', (output, expected) => {
    const talk = new Talk({ tools });
    talk.state = rememberOutcome(rememberCall(NEW_BRAIN, { callId: 'call-1', name: 'getWeather' }), 'call-1', output);
    expect(talk.say(null)).toBe(expected);
    expect(talk.state.outcomes).toEqual([]);
  });
});
