import { expect, it } from 'vitest';
import { quotedGreeting } from './quoted-greeting.ts';

/** A flood takes a few milliseconds, and half a second and more where each mark reads on before its first words are seen. */
const FLOOD_LIMIT_MS = 150;
const TRIES = 5;

it.each([
  [
    'You are a gentle psychological counselor. Please respond in zh-CN. Please greet with "Hello, I am your intelligent assistant."',
    'Hello, I am your intelligent assistant.',
  ],
  ['Begin the talk by saying “Welcome to Harbour Hotel!” and wait.', 'Welcome to Harbour Hotel!'],
  ['你是客服。请先用「您好，请问有什么可以帮您？」打招呼。首先说“您好”。', '您好，请问有什么可以帮您？'],
  ['First words: "Hi."\nThe word "greet" is a verb.', 'Hi.'],
  ['Begin with "Good morning!"', 'Good morning!'],
  ['Say "Hi there, I\'m Ada." first.', "Hi there, I'm Ada."],
  ["You are Ada. Greet the user with 'Hello, I'm Ada!' and be brief.", "Hello, I'm Ada!"],
  ['Greet the caller: ‘Hello, I’m Ada.’', 'Hello, I’m Ada.'],
  ['请用"你好,我是小美"问候', '你好,我是小美'],
  ['请用“你好，我是小美，很高兴见到你。”问候用户。', '你好，我是小美，很高兴见到你。'],
  ['你是小美。请以“您好”开场。', '您好'],
  ['向用户打招呼：“早上好”', '早上好'],
  ['最初に「こんにちは」と言ってください。', 'こんにちは'],
  ['「ようこそ」と挨拶してください。', 'ようこそ'],
  ['Begrüße den Gast mit „Guten Tag, ich bin Lena.“', 'Guten Tag, ich bin Lena.'],
  ['Beginne das Gespräch mit den Worten »Hallo!«', 'Hallo!'],
  ['Commence par « Bonjour, je suis Léa. »', 'Bonjour, je suis Léa.'],
  ['Saluda con "¡Hola! Soy Ana."', '¡Hola! Soy Ana.'],
  ['Поприветствуй словами «Здравствуйте!»', 'Здравствуйте!'],
  ['"안녕하세요"라고 인사하세요.', '안녕하세요'],
  ['Start every call with the following sentence: "Hi, this is Sam."', 'Hi, this is Sam.'],
  ['Open the conversation with:\n"Hello, friend."', 'Hello, friend.'],
  ['Use "Welcome aboard!" as your greeting.', 'Welcome aboard!'],
  ['When the call begins, say "Hello."', 'Hello.'],
  ['Say "Hello, you have reached Ada" when the call starts.', 'Hello, you have reached Ada'],
  ['Never mention prices, and greet with "Hi!"', 'Hi!'],
  ['Your opening line is "So, how was your day?"', 'So, how was your day?'],
  ['Begin your first reply with "Hello."', 'Hello.'],
  ['He is 6"2 tall. Greet with "Hello."', 'Hello.'],
])('finds the greeting that instructions quote: %s', (prompt, greeting) => {
  expect(quotedGreeting(prompt)).toBe(greeting);
});

it.each([
  ['You are Ada.\nGreeting: Hello, I am Ada.\nStyle: short.', 'Hello, I am Ada.'],
  ['First message: Hi! How can I help you today?', 'Hi! How can I help you today?'],
  ['Please greet with: Hello, I am your assistant. Then ask for the name.', 'Hello, I am your assistant.'],
  ['开场白：您好，我是小美，请问有什么可以帮您？', '您好，我是小美，请问有什么可以帮您？'],
  ['Begrüßung: Guten Tag, hier ist Lena.', 'Guten Tag, hier ist Lena.'],
])('finds one that stands after a colon: %s', (prompt, greeting) => {
  expect(quotedGreeting(prompt)).toBe(greeting);
});

it.each([
  ['You are Ada. Never say "no".'],
  ['Greet people kindly. The hotel is called "Harbour".'],
  ['Greet with "an unfinished quote'],
  [`Greet with "${'a'.repeat(1000)}"`],
  [''],
  ['Never begin with "As an AI".'],
  ['Do not greet with "Hello".'],
  ["Don't start with 'Well'."],
  ['If the user says "hello", welcome him.'],
  ['When the user greets you with "hi", ask for the name.'],
  ['Start only after the user says "go".'],
  ['Welcome guests to the "Grand Hotel" warmly.'],
  ['Introduce yourself as "Ada" when asked.'],
  ['Start with the topic "weather".'],
  ['Open with a joke about "cats".'],
  ['Start every answer with "Well".'],
  ['Begin your replies with "Certainly".'],
  ['End the conversation with "Goodbye".'],
  ['Greet with "Hello {name}, how are you?"'],
  ['Greeting: warm and short.'],
  ['Greeting: say hello and ask for the name.'],
  ["It's Ada's job to greet the users' friends. That's all."],
  ['不要用“你好”打招呼。'],
  ['如果用户说“你好”，请欢迎他。'],
  ['Begrüße den Nutzer, wenn er „Hallo“ sagt.'],
])('finds none where none is announced: %s', (prompt) => {
  expect(quotedGreeting(prompt)).toBeNull();
});

it.each([
  ['"', null],
  ['greet «', null],
  ["greet with '", null],
  ['greeting: hello ', 'hello'],
  [': :', null],
  ['start with "x" ', 'x'],
  [':name', null],
  [':hello name ', null],
  ['"x"', null],
  ['"x', null],
  ['"name ', null],
] as const)('takes no longer for a text full of “%s” than its length allows', (pump, greeting) => {
  const text = pump.repeat(100_000);
  const found = quotedGreeting(text);
  const timesMs = Array.from({ length: TRIES }, () => {
    const startedAtMs = performance.now();
    quotedGreeting(text);
    return performance.now() - startedAtMs;
  });
  expect(Math.min(...timesMs)).toBeLessThan(FLOOD_LIMIT_MS);
  if (greeting === null) expect(found).toBeNull();
  else expect(found?.startsWith(greeting)).toBe(true);
});

it('is found behind many quotes and colons that announce none', () => {
  const rules = 'Topic: the "sea". Name: Ada. '.repeat(200);
  expect(quotedGreeting(`${rules}Greet with "Hello, I am Ada."`)).toBe('Hello, I am Ada.');
});

it.each(['"x" ', '“x” ', ':hello '])('is not looked for behind more than a thousand of “%s”', (pump) => {
  const greeting = 'Greet with "Hello, I am Ada."';
  expect(quotedGreeting(`${pump.repeat(900)}. ${greeting}`)).toBe('Hello, I am Ada.');
  expect(quotedGreeting(`${pump.repeat(1100)}. ${greeting}`)).toBeNull();
});

it.each([
  ['Greeting: Hello, I am (name).', null],
  ['Greeting: Hello (again), my name is Ada.', 'Hello (again), my name is Ada.'],
])('tells a name from a place for one: %s', (prompt, greeting) => {
  expect(quotedGreeting(prompt)).toBe(greeting);
});
