import { ENGLISH_SHARE, englishShare, languageOf } from '../../languages.ts';
import { asksForGreeting, dictatedByPrompt, dictatedText, wishOf } from './directions.ts';
import { tellKnowledge } from './knowledge.ts';
import { type BrainState, lastSaid, remember } from './memory.ts';
import { shownName, tellPromptFact } from './prompt-facts.ts';
import { admitNotKnowing, reflect } from './reflection.ts';
import { greetBack, makeSmallTalk, welcomeByName } from './small-talk.ts';
import { type BrainConfig, type Skill, Thought } from './thought.ts';
import { declineTool } from './tool-wishes.ts';

export type BrainInput = {
  /** The user's new words, or null when the reply was asked for without any. */
  readonly words: string | null;
  readonly instructions: string | null;
  /** The user has shown a picture since the last reply. */
  readonly hasPicture: boolean;
  readonly config: BrainConfig;
  readonly now: Date;
};

/** From the most to the least particular; the first that has an answer gives it. */
const SKILLS: readonly Skill[] = [
  declineTool,
  makeSmallTalk,
  welcomeByName,
  greetBack,
  tellPromptFact,
  tellKnowledge,
  admitNotKnowing,
];

/** What the brain attends to of one message, of instructions and of the avatar's prompt; the rest goes unnoticed. */
const ATTENTION_CHARACTERS = { words: 4_000, instructions: 20_000, prompt: 40_000 } as const;

/** One reply of the local voice: no model and no network, the same for the same talk. The user's words are remembered. */
export function think(state: BrainState, input: BrainInput): { state: BrainState; reply: string } {
  const words = input.words?.slice(0, ATTENTION_CHARACTERS.words).trim() ?? '';
  const config = { ...input.config, prompt: input.config.prompt.slice(0, ATTENTION_CHARACTERS.prompt) };
  const thought = new Thought(state, { config, now: input.now, words });
  const instructions = input.instructions?.slice(0, ATTENTION_CHARACTERS.instructions) ?? null;
  const reply = decide(thought, { ...input, instructions });
  const heard = words === '' ? thought.state : remember(thought.state, [{ role: 'user', text: words }]);
  return { state: { ...heard, replyCount: state.replyCount + 1 }, reply };
}

function decide(thought: Thought, input: BrainInput): string {
  const directed = followInstructions(thought, input.instructions);
  if (directed !== null) return directed;
  if (thought.words === '') return speakUnasked(thought, input);
  const byPrompt = dictatedByPrompt(thought.config.prompt);
  if (byPrompt !== null) return byPrompt;
  if (!seemsEnglish(thought.words, thought.config.language)) return SPEAK_ENGLISH_PLEASE;
  for (const skill of SKILLS) {
    const text = skill(thought);
    if (text !== null) return text;
  }
  return reflect(thought);
}

const SPEAK_ENGLISH_PLEASE =
  'I am sorry, the brain that is built in understands English only. Could you say it in English, or connect a larger model?';

function followInstructions(thought: Thought, instructions: string | null): string | null {
  if (instructions === null || instructions.trim() === '') return null;
  const dictated = dictatedText(instructions);
  if (dictated !== null) return dictated;
  if (asksForGreeting(instructions)) return greet(thought);
  if (thought.words !== '') return null;
  const asked = new Thought(thought.state, { config: thought.config, now: thought.now, words: wishOf(instructions) });
  for (const skill of [makeSmallTalk, tellPromptFact, tellKnowledge]) {
    const text = skill(asked);
    if (text === null) continue;
    thought.state = asked.state;
    return text;
  }
  return null;
}

/** A reply that was asked for without new words. */
function speakUnasked(thought: Thought, input: BrainInput): string {
  const byPrompt = dictatedByPrompt(thought.config.prompt);
  if (byPrompt !== null) return byPrompt;
  if (input.hasPicture)
    return 'Thank you for the picture. I cannot see it with the voice that is built in, so tell me what it shows.';
  if (!thought.state.hasGreeted && lastSaid(thought.state, 'user') === null) return greet(thought);
  return thought.pick([
    'I am still here. What would you like to talk about?',
    'Take your time. I am listening.',
    'Shall we go on? Ask me anything about Visavis, if you like.',
  ]);
}

function greet(thought: Thought): string {
  thought.state = { ...thought.state, hasGreeted: true };
  const first = thought.config.firstMessage.trim();
  return first === '' ? `Hello! I am ${shownName(thought.config)}. What would you like to talk about?` : first;
}

/** Few known words are no proof of another language, so only other scripts and a configured language count. */
function seemsEnglish(words: string, language: string): boolean {
  return languageOf(words, language) === 'en' || englishShare(words) >= ENGLISH_SHARE;
}
