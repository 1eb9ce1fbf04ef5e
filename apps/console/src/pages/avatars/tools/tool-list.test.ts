import { describe, expect, it } from 'vitest';
import {
  addParameter,
  canBeNamed,
  describeParameter,
  emptyTool,
  type Fields,
  parametersOf,
  readTools,
  removeParameter,
  renameParameter,
  replaceAt,
  requireParameter,
  setChoices,
  setParameterType,
  writeTools,
} from './tool-list.ts';

/** Holds what no form shows: keys of its own, a nested schema, a rule, choices that are no texts. */
const rich: Fields = {
  name: 'book_table',
  description: 'Books a table.',
  'x-note': { kept: true },
  parameters: {
    type: 'object',
    properties: {
      day: { type: 'string', description: 'Which day', format: 'date' },
      guests: { type: 'integer', minimum: 1, enum: [2, 4] },
      place: { type: 'object', properties: { floor: { type: 'integer' } } },
      mood: { enum: ['quiet', null] },
      any: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    },
    required: ['day', 'guests'],
    additionalProperties: false,
  },
};

describe('tools in form and JSON', () => {
  it('are the same both ways, whatever they hold', () => {
    for (const tools of [[], [rich], [rich, emptyTool()], [{ name: 7, parameters: 'none' }]]) {
      expect(readTools(writeTools(tools))).toEqual(tools);
    }
    expect(readTools(' \n')).toEqual([]);
    expect([readTools('{}'), readTools('[1]'), readTools('[')]).toEqual([null, null, null]);
  });

  it('are shown as far as the form goes, and say what else they hold', () => {
    const none = { type: null, description: '', isRequired: false, choices: [], others: [] };
    expect(parametersOf(rich)).toEqual([
      { ...none, name: 'day', type: 'string', description: 'Which day', isRequired: true, others: ['format'] },
      { ...none, name: 'guests', type: 'integer', isRequired: true, choices: ['2', '4'], others: ['minimum'] },
      { ...none, name: 'place', type: 'object', others: ['properties'] },
      { ...none, name: 'mood', choices: null, others: ['enum'] },
      { ...none, name: 'any', others: ['anyOf'] },
    ]);
    for (const parameters of ['none', [], { type: 'array' }, { properties: [] }, { properties: { a: true } }]) {
      expect(parametersOf({ name: 'a', parameters })).toBeNull();
    }
    expect(parametersOf({ name: 'a' })).toEqual([]);
  });

  it('lose nothing when one field is changed in the form', () => {
    const changed = describeParameter(
      requireParameter(renameParameter(rich, 'day', 'date'), 'place', true),
      'any',
      'x',
    );
    const { properties } = rich.parameters as { properties: Fields };
    const { day, any, ...others } = properties;
    expect(changed).toEqual({
      ...rich,
      parameters: {
        ...(rich.parameters as Fields),
        properties: { date: day, ...others, any: { ...(any as Fields), description: 'x' } },
        required: ['date', 'guests', 'place'],
      },
    });
    expect(parametersOf(changed)?.map(({ name }) => name)).toEqual(['date', 'guests', 'place', 'mood', 'any']);
  });

  it('keep two parameters two: no name is taken that another has', () => {
    expect([canBeNamed(rich, 'day', 'guests'), canBeNamed(rich, 'day', ''), canBeNamed(rich, 'day', 'day')]).toEqual([
      false,
      false,
      true,
    ]);
    expect(renameParameter(rich, 'day', 'guests')).toBe(rich);
    const added = addParameter(addParameter(emptyTool()));
    expect(parametersOf(added)?.map(({ name }) => name)).toEqual(['parameter', 'parameter_2']);
    expect(parametersOf(addParameter({ name: 'bare' }))?.map(({ name }) => name)).toEqual(['parameter']);
    expect(parametersOf(addParameter({ name: 'odd', parameters: {} }))).toHaveLength(1);
  });

  it('forget a parameter that is taken out, and that it was required', () => {
    const without = removeParameter(removeParameter(rich, 'day'), 'guests');
    expect(without.parameters).toMatchObject({ additionalProperties: false });
    expect(without.parameters).not.toHaveProperty('required');
    expect(parametersOf(without)?.map(({ name }) => name)).toEqual(['place', 'mood', 'any']);
  });

  it('give choices the type of their parameter, and lists texts until JSON says otherwise', () => {
    const schemaOf = (tool: Fields, name: string) =>
      (tool.parameters as { properties: Record<string, Fields> }).properties[name];
    const asText = setParameterType(rich, 'guests', 'string');
    expect(schemaOf(asText, 'guests')).toEqual({ type: 'string', minimum: 1, enum: ['2', '4'] });
    expect(schemaOf(setParameterType(asText, 'guests', 'integer'), 'guests')).toEqual({
      type: 'integer',
      minimum: 1,
      enum: [2, 4],
    });
    expect(schemaOf(setParameterType(setChoices(asText, 'guests', ['a few']), 'guests', 'number'), 'guests')).toEqual({
      type: 'number',
      minimum: 1,
      enum: ['a few'],
    });
    expect(schemaOf(setChoices(rich, 'guests', []), 'guests')).toEqual({ type: 'integer', minimum: 1 });
    expect(schemaOf(setParameterType(rich, 'mood', 'string'), 'mood')).toEqual({
      type: 'string',
      enum: ['quiet', null],
    });
    const listed = setParameterType(rich, 'day', 'array');
    expect(schemaOf(listed, 'day')).toMatchObject({ type: 'array', items: { type: 'string' } });
    expect(parametersOf(listed)?.[0]?.others).toEqual(['format']);
    expect(schemaOf(setParameterType(listed, 'day', 'string'), 'day')).not.toHaveProperty('items');
  });

  it('are replaced, doubled and taken out of the list by their place', () => {
    expect(replaceAt(['a', 'b', 'c'], 1)).toEqual(['a', 'c']);
    expect(replaceAt(['a', 'b', 'c'], 1, 'b', 'b2')).toEqual(['a', 'b', 'b2', 'c']);
  });
});
