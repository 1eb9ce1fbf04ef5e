import { expect, test } from 'vitest';
import { speakableLength } from './whole-sentences.ts';

const LONG = 'When I was a child, my grandmother told me about the sea and all that lives in it';

test.for([
  ['Hello', true, ''],
  ['Hello.', true, ''],
  ['Hello. ', true, 'Hello.'],
  ['Hello. How are you? I am', true, 'Hello. How are you?'],
  ['It costs 3.', true, ''],
  ['It costs 3.5 euros, as Dr. Smith says. And', true, 'It costs 3.5 euros, as Dr. Smith says.'],
  ['Ask Dr. Smith', true, ''],
  ['He said "stop!" and', true, 'He said "stop!"'],
  ['One\nTwo', true, 'One\n'],
  ['你好。我叫', true, '你好。'],
  ['今天天气很好，我们可以一起去公园散步，然后去', true, '今天天气很好，我们可以一起去公园散步，'],
  ['今天天气很好，我', true, ''],
  ['はい、明日の朝は晴れるでしょう、でも午後からは雨', true, 'はい、明日の朝は晴れるでしょう、'],
  ['真的吗？「是的！」他说', true, '真的吗？「是的！」'],
  [LONG, true, 'When I was a child,'],
  [LONG, false, ''],
  ['Well... I', true, 'Well...'],
  ['', true, ''],
  ['\n\n', true, ''],
  [`${'word '.repeat(200)}wo`, false, 'word '.repeat(200)],
  ['x'.repeat(700), false, 'x'.repeat(700)],
] as const)('of %j (first: %s), %j can be spoken', ([text, isFirst, expected]) => {
  expect(text.slice(0, speakableLength(text, isFirst))).toBe(expected);
});
