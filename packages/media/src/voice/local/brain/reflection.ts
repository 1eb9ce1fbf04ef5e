import { lastSaid, noticeTopic } from './memory.ts';
import type { Skill, Thought } from './thought.ts';
import { asSentence, isContentWord, wordsOf } from './words.ts';

type Pattern = readonly [RegExp, readonly string[]];

/** `@` stands for the user's own words, seen from the other side. */
const PATTERNS: readonly Pattern[] = [
  [
    /\bi (?:need|require) (?!to )(.+)/i,
    [
      'If you had @, what would be different tomorrow?',
      'What makes @ so important just now?',
      'Who or what could help you towards @?',
    ],
  ],
  [
    /\bi (?:want|wish|hope|would like|'d like|long) to (.+)/i,
    [
      'What makes you want to @?',
      'Suppose you could @. What is the first thing that would be different?',
      'What would be a first step, if you want to @?',
    ],
  ],
  [
    /\bi (?:need|have|got|ought|must) to (.+)/i,
    ['What happens if you do not @?', 'Who says that you have to @?', 'What is in your way when you try to @?'],
  ],
  [
    /\bi (?:want|wish|hope|would like|'d like|long) (?:for )?(.+)/i,
    [
      'What draws you to @?',
      'Suppose you had @. What is the first thing you would notice?',
      'What has kept you from @ so far?',
    ],
  ],
  [
    /\bi(?:'m| am| feel) (?:feeling |so |very |really |a bit |quite )*(sad|lonely|depressed|unhappy|down|miserable|heartbroken|upset)\b/i,
    [
      'I am sorry to hear that. What weighs on you most?',
      'That sounds heavy. When did you begin to feel @?',
      'Thank you for telling me. Is there someone near you who knows that you feel @?',
    ],
  ],
  [
    /\bi(?:'m| am| feel) (?:feeling |so |very |really |a bit |quite )*(angry|mad|furious|annoyed|frustrated|fed up)\b/i,
    ['That would get under my skin too. What set it off?', 'What would have to happen for you to feel less @?'],
  ],
  [
    /\bi(?:'m| am| feel) (?:feeling |so |very |really |a bit |quite )*(afraid|scared|worried|nervous|anxious|stressed|tired|exhausted)\b/i,
    [
      'Being @ takes a lot of strength. What would lighten it a little?',
      'What part of it makes you most @?',
      'Let us take it slowly. What comes to mind first when you feel @?',
    ],
  ],
  [
    /\bi(?:'m| am| feel) (?:feeling |so |very |really |quite )*(happy|glad|excited|great|fine|good|proud|well|okay|ok)\b/i,
    [
      'That is lovely to hear. What brought it about?',
      'Good! What would you like to do with that mood?',
      'I am glad. Tell me the best part.',
    ],
  ],
  [
    /\bi feel (?:like )?(.+)/i,
    [
      'When do you feel @ most?',
      'What does feeling @ make you want to do?',
      'Is that a new feeling, or an old friend?',
    ],
  ],
  [
    /\bi (?:can't|cannot|can not|could not|couldn't) (.+)/i,
    [
      'What would it take for you to @?',
      'Have there been times when you could @?',
      'What happens just before you find that you cannot @?',
    ],
  ],
  [
    /\bi (?:don't|do not) (?:know|understand)\b(.*)/i,
    ['Not knowing is a fair place to start. What is your best guess?', 'Which part of it is the foggiest?'],
  ],
  [
    /\bi (?:don't|do not|didn't|won't) (.+)/i,
    ['What would change if you did @?', 'Is it that you would rather not @, or that something stands in the way?'],
  ],
  [
    /\bi (?:like|love|enjoy|adore) (.+)/i,
    [
      'What is it about @ that you enjoy?',
      'How did you come to like @?',
      'I can hear that you care for @. Tell me more.',
    ],
  ],
  [/\bi (?:hate|dislike) (.+)/i, ['What bothers you most about @?', 'Has it always been so with @?']],
  [
    /\bi (?:think|believe|guess|suppose) (?:that )?(.+)/i,
    ['What leads you to think so?', 'How sure are you that @?', 'Would others around you agree that @?'],
  ],
  [/\bi (?:remember|recall) (.+)/i, ['What made @ come to mind just now?', 'What else belongs to that memory?']],
  [
    /\bi(?:'m| am) (?:working on|building|making|writing|learning|studying) (.+)/i,
    ['What is the hardest part of @?', 'How far have you come with @?', 'What made you begin with @?'],
  ],
  [
    /\bi(?:'m| am) (?:going|planning|about) to (.+)/i,
    ['How do you feel about it?', 'What do you hope for when you @?', 'What needs to happen before you can @?'],
  ],
  [
    /\bi(?:'m| am) (.+)/i,
    ['How long have you been @?', 'How does it sit with you to be @?', 'What should I know about you being @?'],
  ],
  [
    /\bi (?:have|had|got|'ve got) (?!to )(.+)/i,
    ['What does @ mean to you?', 'How do you deal with @?', 'Tell me a little more about @.'],
  ],
  [
    /\bi (?:went|was|saw|did|made|met|bought|tried|work|worked|live|lived|play|played) (.+)/i,
    ['How was that for you?', 'What stayed with you from it?', 'And what came next?'],
  ],
  [
    /\bmy (mother|mom|father|dad|parents|sister|brother|wife|husband|partner|family|children|son|daughter|friend|friends)\b/i,
    ['Tell me a little about your @.', 'How do you and your @ get along?', 'What would your @ say about this?'],
  ],
  [
    /\bmy (job|work|boss|company|team|project|school|studies|career|colleagues)\b/i,
    [
      'How do things stand with your @?',
      'What would you change about your @ if you could?',
      'What do you enjoy about your @?',
    ],
  ],
  [/\bmy (\w+(?: \w+)?)/i, ['Your @: what makes you bring that up?', 'What is the story behind your @?']],
  [
    /\bbecause (.+)/i,
    ['Is that the whole reason, or is there another one underneath?', 'If it were not so, what else might be true?'],
  ],
  [
    /\bwhy (?:don't|can't|won't|do|can|are) you (.+)/i,
    ['A fair question. I am a small program, so there is a lot that I leave undone. What would you hope for?'],
  ],
  [
    /\b(?:can|could|would|will) you (.+)/i,
    [
      'I wish that I could do more than talk. What would it give you if I could?',
      'That is beyond a small program like me, but I can listen while you think it through.',
    ],
  ],
  [
    /\b(?:everyone|everybody|nobody|no one|always|never)\b/i,
    ['Is there one moment that comes to mind in particular?', 'Can you think of an exception?'],
  ],
  [/\b(?:if) (.+)/i, ['How likely do you think that is?', 'And what would you do then?']],
];

const SHORT_YES = /^(?:yes|yeah|yep|sure|right|exactly|of course|i do|definitely|absolutely|correct)\b/i;
const SHORT_NO = /^(?:no|nope|not really|never|i don't|nah)\b/i;

const AFTER_YES = ['Good. Go on.', 'I see. What makes you so sure?', 'Tell me more about that.'];
const AFTER_NO = [
  'All right. What would fit better?',
  'I see. What is it, then?',
  'Fair enough. Where shall we go from here?',
];
const AFTER_UNKNOWN_QUESTION = [
  'I do not know that one. What do you think yourself?',
  'That goes beyond what I was told. What made you wonder?',
  'Good question, and I have no answer to it. With a larger model behind me I would. What is your own guess?',
  'I cannot tell you that. I can tell you about Visavis, or we can think about it together.',
];
const OPEN_INVITATIONS = [
  'I am listening. What else comes to mind?',
  'Tell me a little more, so that I can follow.',
  'And how do you feel about that?',
  'What would you like to happen next?',
  'That is interesting. What is behind it?',
  'Go on, I am with you.',
];
const BACK_REFERENCES = [
  'Earlier you mentioned @. Does this have to do with it?',
  'I still think of what you said about @. How does that fit in?',
  'Shall we come back to @?',
];

/** Follows the user's thought with a question of its own. Always has something to say. */
export function reflect(thought: Thought): string {
  const text = thought.words
    .replaceAll('’', "'")
    .replace(/(?<![.!?])[.!?]+$/, '')
    .trim();
  const short = wordsOf(text).length <= 3;
  if (short && SHORT_YES.test(text)) return thought.pick(AFTER_YES);
  if (short && SHORT_NO.test(text)) return thought.pick(AFTER_NO);
  for (const [pattern, templates] of PATTERNS) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const echo = seenFromOtherSide(clip(match[1] ?? ''));
    const usable = templates.filter((template) => echo !== '' || !template.includes('@'));
    if (usable.length === 0) continue;
    const earlier = thought.state.topics.at(-1);
    noteTopicOf(thought, text);
    if (thought.state.replyCount % 5 === 4 && earlier !== undefined && !text.toLowerCase().includes(earlier)) {
      return thought.pick(BACK_REFERENCES).replace('@', earlier);
    }
    return asSpoken(thought.pick(usable).replace('@', echo));
  }
  return fallback(thought, text);
}

/** A question that nothing else could answer. */
export const admitNotKnowing: Skill = (thought) =>
  /^(?:what|who|where|when|which|how|why)\b/i.test(thought.words) && !/\b(?:i|my|me)\b/i.test(thought.words)
    ? thought.pick(AFTER_UNKNOWN_QUESTION)
    : null;

function fallback(thought: Thought, text: string): string {
  const earlier = thought.state.topics.at(-1);
  noteTopicOf(thought, text);
  const isAnswer = lastSaid(thought.state, 'assistant')?.trim().endsWith('?') ?? false;
  if (earlier !== undefined && !isAnswer && thought.state.replyCount % 3 === 2) {
    return thought.pick(BACK_REFERENCES).replace('@', earlier);
  }
  return thought.pick(OPEN_INVITATIONS);
}

/** "my new job" becomes "your new job"; verbs follow their person. */
export function seenFromOtherSide(text: string): string {
  return text
    .split(/\s+/)
    .map((word, index, all) => swap(word, all[index - 1] ?? '', index === all.length - 1))
    .join(' ')
    .replace(/\byou am\b/gi, 'you are')
    .replace(/\byou was\b/gi, 'you were')
    .replace(/\bI are\b/g, 'I am')
    .replace(/\bI were\b/g, 'I was');
}

const SWAPS: Readonly<Record<string, string>> = {
  i: 'you',
  me: 'you',
  my: 'your',
  mine: 'yours',
  myself: 'yourself',
  "i'm": 'you are',
  "i've": 'you have',
  "i'll": 'you will',
  "i'd": 'you would',
  your: 'my',
  yours: 'mine',
  yourself: 'myself',
  "you're": 'I am',
  "you've": 'I have',
};

function swap(word: string, previous: string, isLast: boolean): string {
  const bare = word.toLowerCase().replace(/[^a-z']/g, '');
  if (bare === 'you')
    return isLast || /^(?:to|for|with|about|of|from|at|on|like|tell|ask|see|hear|love|thank|help)$/i.test(previous)
      ? 'me'
      : 'I';
  return SWAPS[bare] ?? word;
}

const MAX_ECHO_WORDS = 9;

/** The first stretch of what was said: long echoes sound like mockery. */
function clip(text: string): string {
  const stretch = text.split(/[,;.!?]| (?:because|but|and then|so that|which|although)\b/i)[0] ?? '';
  const words = stretch.trim().split(/\s+/);
  return words.length > MAX_ECHO_WORDS ? '' : words.join(' ');
}

function asSpoken(sentence: string): string {
  return asSentence(sentence.replace(/\s+/g, ' ').replace(/\s([?.!,])/g, '$1'));
}

const PLAIN_TOPICS = new Set(
  'today tomorrow yesterday day time lot bit way people yes sure okay good great feel felt think thought'.split(' '),
);

function noteTopicOf(thought: Thought, text: string): void {
  const owned = /\bmy ((?:new |old |own )?[a-z]{3,})/i.exec(text)?.[1];
  const longest = wordsOf(text)
    .filter((word) => isContentWord(word) && word.length > 4 && !PLAIN_TOPICS.has(word) && !/(?:ing|ed|ly)$/.test(word))
    .toSorted((left, right) => right.length - left.length)[0];
  const topic = owned === undefined ? (longest ?? '') : `your ${owned.toLowerCase()}`;
  thought.state = noticeTopic(thought.state, topic);
}
