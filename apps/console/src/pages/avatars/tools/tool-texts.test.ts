import { expect, it } from 'vitest';
import { en } from '../../../i18n/en/first-hour.ts';
import { faultOfTools } from './tool-faults.ts';
import { sentenceOf } from './tool-texts.ts';

it.each([
  ['[{"name": "find",}]', 'Line 1, character 18: a name in straight double quotation marks'],
  ['{"name": "find"}', 'This is no list'],
  ['[1]', 'Tool 1 is no object'],
  ['[{}]', 'Tool 1 needs a name.'],
  ['[{"name": "find it"}]', 'find it: a name has letters, digits, _ and - alone.'],
  [JSON.stringify([{ name: 'a'.repeat(65) }]), 'the name may have 64 characters at most.'],
  ['[{"name": "a"}, {"name": "a"}]', 'a: another tool'],
  ['[{"name": "a", "description": 7}]', 'a: '],
])('%s is told as “%s”', (text, sentence) => {
  const fault = faultOfTools(text) ?? expect.unreachable();
  expect(sentenceOf(fault, en.tools)).toContain(sentence);
});
