import { expect, test } from 'vitest';
import { keepHeard, record, recordHistory, recordOutcome, recordSpoken, type TalkRecord } from './talk-record.ts';

const said = (text: string, pictures: readonly string[] = []) => ({ kind: 'user', text, pictures }) as const;
const call = { kind: 'call', callId: 'call-1', name: 'weather', argumentsJson: '{}' } as const;

test('what is said of a reply in pieces is one thing said', () => {
  const talk = recordSpoken(recordSpoken(record([], said('Hi')), 't', 'Hello.'), 't', ' How are you?');
  expect(talk).toEqual([said('Hi'), { kind: 'assistant', turnId: 't', text: 'Hello. How are you?' }]);
});

test('of an interrupted reply, what was heard remains', () => {
  const talk = record(recordSpoken([], 't', 'One. Two. Three.'), { kind: 'call', turnId: 't', call, outcome: null });
  const whole = recordSpoken(talk, 't', 'Four.');
  expect(keepHeard(whole, 't', 'One. Tw')).toEqual([{ kind: 'assistant', turnId: 't', text: 'One. Tw' }, talk[1]]);
  expect(keepHeard(whole, 't', ' ')).toEqual([talk[1]]);
  expect(keepHeard(whole, 'another', '')).toEqual(whole);
});

test('a result finds its call', () => {
  const talk: TalkRecord = [{ kind: 'call', turnId: 't', call, outcome: null }];
  expect(recordOutcome(talk, 'call-1', 'sunny')).toEqual([{ kind: 'call', turnId: 't', call, outcome: 'sunny' }]);
  expect(recordOutcome(talk, 'call-2', 'rainy')).toEqual(talk);
  expect(recordOutcome(talk, 'call-1', 'x'.repeat(30_000))[0]).toMatchObject({ outcome: 'x'.repeat(20_000) });
});

test('a long talk is remembered from its newest end', () => {
  const many = Array.from({ length: 300 }, (_, index) => said(`${index}`));
  expect(record([], ...many)).toEqual(many.slice(-200));
  const long = [said('a'.repeat(50_000)), said('b'.repeat(50_000)), said('c')];
  expect(record([], ...long)).toEqual(long.slice(1));
});

test('the three newest pictures are kept', () => {
  const talk = record([], said('one', ['a', 'b']), said('two', ['c']), said('three', ['d']));
  expect(talk.map((item) => (item.kind === 'user' ? item.pictures : []))).toEqual([['b'], ['c'], ['d']]);
});

test('an earlier talk is remembered as it was', () => {
  expect(
    recordHistory(
      [],
      [
        { role: 'user', text: 'Hi' },
        { role: 'assistant', text: 'Hello' },
        { role: 'system', text: 'Be kind' },
      ],
    ),
  ).toEqual([said('Hi'), { kind: 'assistant', text: 'Hello', turnId: '' }, { kind: 'system', text: 'Be kind' }]);
});
