import { findBest } from './look-up.ts';
import type { BrainConfig, Skill } from './thought.ts';
import { asSentence, contentStems, isQuestion, sentencesOf } from './words.ts';

/** First words of sentences that direct the avatar's manner and tell no fact. */
const DIRECTIONS = new Set(
  `act address adopt allow always answer ask assist assume avoid be begin behave call choose confirm consider do don't
  encourage end ensure explain finish follow generate give greet guide handle help if ignore imagine include introduce keep
  let limit listen maintain make mention mirror never note offer only play please politely pretend provide put refer refuse
  remain remember reply respond return role-play say show sound speak start stay stick suggest switch take talk tell
  treat try unless use wait when whenever write`.split(/\s+/),
);

/** "You are", "your name is" … tell a fact about the avatar; "you must", "you answer" … do not. */
const FACT_ABOUT_SELF =
  /^(?:you(?:'re| are| were| have| live| work| come| grew| love| like| know| own| run| study| studied)|your)\b/i;
const DUTY =
  /\b(?:you (?:should|must|will|can|may|need|always|never|only)|your (?:task|goal|job is|role is to|answers?|replies|responses?|tone|style|purpose|mission))\b/i;

/** Sentences of the avatar's prompt that it may tell a listener, put in the first person. */
function factsOf(prompt: string): string[] {
  return sentencesOf(prompt)
    .map((sentence) => sentence.replace(/^(?:[#>*-]+|\d+[.)])\s*/, '').trim())
    .filter((sentence) => {
      const first = sentence.toLowerCase().match(/[a-z'-]+/)?.[0] ?? '';
      if (DIRECTIONS.has(first) || DUTY.test(sentence) || sentence.endsWith(':')) return false;
      return !/^you\b/i.test(sentence) || FACT_ABOUT_SELF.test(sentence);
    })
    .map(inFirstPerson)
    .filter((sentence) => sentence.length > 3);
}

/** Answers from the avatar's prompt. */
export const tellPromptFact: Skill = (thought) => {
  if (!isQuestion(thought.words) && contentStems(thought.words).length > 4) return null;
  const facts = factsOf(thought.config.prompt);
  const documents = facts.map((fact, index) => ({ id: String(index), title: fact, body: '' }));
  const found = findBest(documents, thought.words, { minimumShare: 0.5 });
  if (found === null) return null;
  return asSentence(facts[Number(found)] ?? '');
};

/** How the prompt describes the avatar, in its own words; null when it does not. */
export function selfDescription(config: BrainConfig): string | null {
  const facts = factsOf(config.prompt);
  const described = facts.find((fact) => /^(?:I am|I'm|My name is)\b/.test(fact));
  if (described === undefined) return null;
  const naming = facts.find((fact) => fact !== described && /^My name is\b/.test(fact));
  return [naming, described]
    .filter((fact) => fact !== undefined)
    .map(asSentence)
    .join(' ');
}

/** `navtalk.Alex` is shown as Alex. */
export function shownName(config: BrainConfig): string {
  const name = config.avatarName.split('.').at(-1)?.trim() ?? '';
  return name === '' ? 'your avatar' : name;
}

const FIRST_PERSON: readonly (readonly [RegExp, string])[] = [
  [/\byou are\b/gi, 'I am'],
  [/\byou're\b/gi, 'I am'],
  [/\byou were\b/gi, 'I was'],
  [/\byourself\b/gi, 'myself'],
  [/\byours\b/gi, 'mine'],
  [/\byour\b/gi, 'my'],
  [/(?<=\b(?:to|for|with|by|from|of|about|calls?|asks?|made|gave|told) )you\b/gi, 'me'],
  [/\byou\b/gi, 'I'],
];

function inFirstPerson(sentence: string): string {
  let told = sentence;
  for (const [pattern, replacement] of FIRST_PERSON) told = told.replace(pattern, replacement);
  return told.charAt(0).toUpperCase() + told.slice(1);
}
