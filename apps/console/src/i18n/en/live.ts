import type { Widened } from '../widened.ts';

/** English texts of the talks that go on, and of answering in them. */
export const en = {
  title: 'Live talks',
  intro:
    'What is said at this moment. Take a talk over and the avatar says what you write; the model is silent meanwhile.',
  introViewer: 'What is said at this moment. Owners and editors can answer in place of an avatar.',
  emptyTitle: 'Nobody talks at the moment',
  emptyText: 'Talks with the avatars of this project stand here as soon as they begin.',
  list: 'Talks that go on',
  operatorThere: 'A program answers, too',
  since: (time: string) => `since ${time}`,
  waits: 'waits for an answer',
  byPeople: 'a person answers',
  byVoice: 'the avatar answers',
  choose: 'Choose a talk to read along.',
  over: 'This talk is over.',
  transcript: 'Read its transcript',
  back: 'All talks',
  takeOver: 'Take over',
  giveBack: 'Give back',
  lines: 'What is said',
  nothingSaid: 'Nothing has been said yet.',
  roles: { user: 'Person', assistant: 'Avatar', operator: 'A person, by the avatar' },
  said: (speaker: string, text: string) => `${speaker}: ${text}`,
  answer: (name: string) => `What ${name} says`,
  answerHint: 'Enter sends. The avatar says it, and you have taken the talk over.',
  send: 'Say it',
  snippets: 'Ready answers',
  editSnippets: 'Edit ready answers',
  noSnippets: 'Answers that come up again and again can stand here, for everybody who answers.',
  snippetsHint: 'One answer a line.',
  snippetsField: 'Answers',
  save: 'Save',
};

export type LiveTexts = Widened<typeof en>;
