import type { ListedVoice } from '@visavis/protocol/rest';
import { expect, test } from 'vitest';
import { callsNoTools, optionFields, originOfKey, retiringModel, slotsOf, withOption } from './option-fields.ts';

const listed = (entry: Partial<ListedVoice>): ListedVoice => ({
  slot: 'voice',
  id: 'local',
  title: 'Built in',
  options: {},
  takesKey: false,
  keyOrigin: null,
  hasParts: false,
  callsTools: true,
  retiring: [],
  ...entry,
});

test('fields are made from the schema of the options', () => {
  const options = {
    properties: {
      url: { type: 'string', format: 'uri', title: 'Base URL' },
      sees: { type: 'boolean', default: false },
      end: { type: 'string', enum: ['silence', 'sense'], default: 'silence' },
    },
    required: ['url'],
  };
  expect(optionFields({ options }).map(({ label, kind, isRequired }) => [label, kind, isRequired])).toEqual([
    ['Base URL', 'text', true],
    ['sees', 'switch', false],
    ['end', 'choice', false],
  ]);
});

test('a voice has parts of its own choice, settings of its own, or nothing to choose', () => {
  const catalogue = [
    listed({}),
    listed({ id: 'cascade', hasParts: true }),
    listed({ id: 'openai-realtime', takesKey: true }),
  ];
  expect(slotsOf(catalogue, 'cascade')).toEqual(['thinker', 'recogniser', 'speaker']);
  expect(slotsOf(catalogue, 'openai-realtime')).toEqual(['voice']);
  expect([slotsOf(catalogue, 'local'), slotsOf(catalogue, 'gone')]).toEqual([[], []]);
});

test('a key is for the place of the address, or for the usual one', () => {
  const usual = { keyOrigin: 'https://api.openai.com' };
  expect(originOfKey(usual, {})).toBe('https://api.openai.com');
  expect(originOfKey(usual, { url: 'wss://voice.example:8443/v1' })).toBe('https://voice.example:8443');
  expect([originOfKey(usual, { url: 'htt' }), originOfKey(usual, { url: 'ftp://x' })]).toEqual([null, null]);
});

test('what is emptied is left out', () => {
  expect(withOption({ url: 'x', model: 'y' }, 'model', '')).toEqual({ url: 'x' });
  expect(withOption({ url: 'x' }, 'sees', false)).toEqual({ url: 'x', sees: false });
});

test('of a model that its service shuts down its owner is told', () => {
  const end = { names: ['gpt-realtime'], by: '2027-01-20', successor: 'gpt-realtime-2.1' };
  const catalogue = [listed({ id: 'openai-realtime', retiring: [end] }), listed({})];
  expect(retiringModel(catalogue, 'openai-realtime', 'gpt-realtime')).toEqual(end);
  expect(retiringModel(catalogue, 'openai-realtime', 'gpt-realtime-2025-08-28')).toEqual(end);
  expect(retiringModel(catalogue, 'openai-realtime', 'gpt-realtime-2.1')).toBeNull();
  expect(retiringModel(catalogue, 'local', 'gpt-realtime')).toBeNull();
});

test('tools are not called by a voice that says so; of one that nobody knows nothing is said', () => {
  const catalogue = [listed({ callsTools: false }), listed({ id: 'cascade' })];
  expect(['local', 'cascade', 'unknown'].map((id) => callsNoTools(catalogue, id))).toEqual([true, false, false]);
});
