import { lastSaid, noticeName } from './memory.ts';
import { selfDescription, shownName } from './prompt-facts.ts';
import type { Skill, Thought } from './thought.ts';
import { asSentence } from './words.ts';

type Rule = readonly [RegExp, (thought: Thought, match: RegExpExecArray) => string | null];

const JOKES = [
  'Why did the avatar bring a ladder to the call? It heard the bit rate was going up.',
  'I tried to tell a joke about packet loss, but half of you would not get it.',
  'My mouth and my voice broke up once. They were out of sync.',
  'I asked my server for a raise. It gave me another gigabyte.',
  'I would tell you a joke about silence, but the turn detector would think that I was done.',
  'Two microphones met at a party. There was instant feedback.',
];

const RULES: readonly Rule[] = [
  [
    /(?<!\bhow )\b(?:can|do|did) you hear me\b|\bare you (?:there|listening)\b/i,
    (thought) => thought.pick(['Yes, I can hear you.', 'I am here, and I am listening.']),
  ],
  [
    /\bcan you (?:see|look at) (?:me|this)\b|\bdo you see\b/i,
    () => 'I cannot see pictures with the voice that is built in. Tell me about it instead.',
  ],
  [
    /\b(?:repeat that|say that again|say it again|come again|what did you say|pardon)\b/i,
    (thought) => lastSaid(thought.state, 'assistant') ?? 'I have not said anything yet.',
  ],
  [
    /^(?:please )?(?:say|repeat(?: after me)?)[:,]?\s+(?:exactly[:,]?\s+)?["“]?(?=.{2})(.+)/i,
    (_, match) => asSentence((match[1] ?? '').replace(/[.!]$/, '').replace(/["”]$/, '')),
  ],
  [
    /\b(?:what(?:'s| is| was)|do you (?:know|remember)) my name\b/i,
    (thought) =>
      thought.state.userName === null
        ? 'You have not told me your name yet. What shall I call you?'
        : `Your name is ${thought.state.userName}.`,
  ],
  [/\bwhat (?:did|have) (?:i|we) (?:just )?(?:say|said|talk(?:ed)? about|discuss(?:ed)?)\b/i, recall],
  [
    /\b(?:what(?:'s| is) the time|what time is it|time is it|tell me the time)\b/i,
    (thought) =>
      `By the clock of this server it is ${thought.now.toLocaleTimeString('en-US', { hour: 'numeric', minute: '2-digit' })}.`,
  ],
  [
    /\bwhat(?:'s| is) (?:the date|today's date)|what day is (?:it|today)|which day is (?:it|today)\b/i,
    (thought) =>
      `Today is ${thought.now.toLocaleDateString('en-US', { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' })}.`,
  ],
  [
    /\b(?:who are you|what(?:'s| is) your name|introduce yourself|tell me about (?:you|yourself)|what are you(?: called)?(?=\W*$))/i,
    introduce,
  ],
  [
    /\bare you (?:a )?(?:real|human|person|robot|bot|machine|ai|alive|artificial)\b/i,
    () => 'I am not a person. I am a small program with a face and a voice, and I run entirely on this machine.',
  ],
  [
    /\bhow (?:are|do) you(?: doing| do| feeling| feel)?(?: today| now)?\W*$|\bhow (?:are you|do you do)\b(?! \w+ing)|\bhow(?:'s| is) it going\b|\bwhat's up\b/i,
    (thought) =>
      thought.pick([
        'I am well, thank you. How are you?',
        'All my circuits are in a good mood. And you?',
        'Very well, thanks. What is on your mind?',
      ]),
  ],
  [/\bjokes?\b|\bmake me laugh\b/i, (thought) => (asksForJoke(thought.words) ? thought.pick(JOKES) : null)],
  [
    /\b(?:thank you|thanks|thank)\b/i,
    (thought) => thought.pick(['You are welcome.', 'My pleasure.', 'Any time.', 'Glad that I could help.']),
  ],
  [/\b(?:good ?bye|bye|see you|farewell|good night|talk to you later)\b/i, sayGoodbye],
  [
    /^(?:(?:oh|well|so|and|ok|okay|um|uh|hey|please)[,\s]+)*(?:stop|be quiet|shut up|never ?mind|that's enough|enough)\W*$/i,
    (thought) => thought.pick(['All right.', 'Of course. Tell me when you want to go on.']),
  ],
  [
    /\b(?:i (?:love|like) you|you(?:'re| are) (?:great|nice|funny|cool|awesome|amazing|wonderful|smart|beautiful|pretty|cute|the best))\b/i,
    (thought) => thought.pick(['That is kind of you to say.', 'Thank you, that makes my day.']),
  ],
  [
    /\b(?:you(?:'re| are) (?:stupid|dumb|useless|terrible|bad|wrong|boring|an idiot)|i hate you)\b/i,
    (thought) =>
      thought.pick([
        'I am sorry. I am a simple program, and I try my best.',
        'Fair enough. Tell me what you expected, and I will try again.',
      ]),
  ],
  [
    /\bwhat can (?:you|i) (?:do|ask|say|talk about)\b|\bhow can you help\b|\b(?:can|could) you help(?: me)?\W*$|^help\W*$/i,
    offerHelp,
  ],
];

/** By the user's name where it is known. */
function sayGoodbye(thought: Thought): string {
  const wordings = [
    'Goodbye, and thank you for talking with me',
    'See you soon',
    'Goodbye. It was nice to talk with you',
  ];
  return withName(thought, thought.pick(wordings));
}

/** Greetings, thanks, time and the like. */
export const makeSmallTalk: Skill = (thought) => {
  for (const [pattern, answer] of RULES) {
    const match = pattern.exec(thought.words);
    const words = match === null ? null : answer(thought, match);
    if (words !== null) return words;
  }
  return null;
};

const GREETING =
  /^(?:(?:oh|well|so|and|ok|okay|um|uh|hey|please)[,\s]+)*(?:hello|hi|hey|hey there|good (?:morning|afternoon|evening|day)|greetings|howdy)\b/i;

/** A greeting and nothing else of weight. */
export const greetBack: Skill = (thought) => {
  if (!GREETING.test(thought.words) || thought.words.split(/\s+/).length > 5) return null;
  const greeting = withName(
    thought,
    thought.pick([
      'Hello! It is nice to talk with you',
      'Hi! What would you like to talk about',
      'Hello there! How can I help you',
    ]),
  );
  return /would you|How can/.test(greeting) ? greeting.replace(/\.$/, '?') : greeting;
};

/** The user says who they are. */
export const welcomeByName: Skill = (thought) => {
  const named = noticeName(thought.state, thought.words);
  if (named.userName === null || named.userName === thought.state.userName) return null;
  thought.state = named;
  const name = named.userName;
  const answer = thought.pick([
    'Nice to meet you, NAME. What brings you here?',
    'Hello, NAME! What would you like to talk about?',
    'A pleasure, NAME. How can I help you?',
  ]);
  return answer.replace('NAME', name);
};

function asksForJoke(words: string): boolean {
  if (/\bmake me laugh\b|^jokes?\W*$/i.test(words)) return true;
  const asked = /\b(?:tell|know|another|got)\b/i.exec(words);
  return asked !== null && /\bjokes?\b/i.test(words.slice(asked.index));
}

function withName(thought: Thought, words: string): string {
  return asSentence(thought.state.userName === null ? words : words.replace(/[!.]|$/, `, ${thought.state.userName}$&`));
}

function introduce(thought: Thought): string {
  const described = selfDescription(thought.config);
  return (
    described ??
    `I am ${shownName(thought.config)}, a talking avatar that runs on Visavis. Everything I say is made on this machine.`
  );
}

function recall(thought: Thought): string {
  const [last, before] = [thought.state.topics.at(-1), thought.state.topics.at(-2)];
  if (last === undefined) return 'So far we have only just begun. What would you like to talk about?';
  return before === undefined ? `You told me about ${last}.` : `We spoke about ${before}, and then about ${last}.`;
}

function offerHelp(thought: Thought): string {
  const tools = thought.config.tools.length > 0 ? ' I can also use the tools that this page gave me.' : '';
  return `You can ask me about Visavis, about what I was told to know, or just chat.${tools} What would you like?`;
}
