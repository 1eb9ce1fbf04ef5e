import { expect, it } from 'vitest';
import { quotedGreeting } from './quoted-greeting.ts';

it.each([
  [
    'You are a gentle psychological counselor. Please respond in zh-CN. Please greet with "Hello, I am your intelligent assistant."',
    'Hello, I am your intelligent assistant.',
  ],
  ['Begin the talk by saying “Welcome to Harbour Hotel!” and wait.', 'Welcome to Harbour Hotel!'],
  ['你是客服。请先用「您好，请问有什么可以帮您？」打招呼。首先说“您好”。', '您好'],
  ['First words: "Hi."\nThe word "greet" is a verb.', 'Hi.'],
])('finds the greeting that instructions quote: %s', (prompt, greeting) => {
  expect(quotedGreeting(prompt)).toBe(greeting);
});

it.each([
  ['You are Ada. Never say "no".'],
  ['Greet people kindly. The hotel is called "Harbour".'],
  ['Greet with "an unfinished quote'],
  [`Greet with "${'a'.repeat(1000)}"`],
  [''],
])('finds none where none is announced: %s', (prompt) => {
  expect(quotedGreeting(prompt)).toBeNull();
});

it('takes no longer for a text full of opening quotes than its length allows', () => {
  expect(quotedGreeting('"'.repeat(200_000))).toBeNull();
  expect(quotedGreeting('greet «'.repeat(30_000))).toBeNull();
});
