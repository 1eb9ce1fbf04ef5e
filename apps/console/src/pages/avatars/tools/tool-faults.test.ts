import { LIMITS } from '@visavis/protocol';
import { updateAvatarSchema } from '@visavis/protocol/rest';
import { describe, expect, it } from 'vitest';
import { faultOfTools, leftOutKeys } from './tool-faults.ts';
import { writeTools } from './tool-list.ts';

const { counts, characters, tree } = LIMITS;

const tool = { name: 'find', description: 'Finds.', parameters: { type: 'object', properties: {} } };

function nested(levels: number): unknown {
  return levels === 0 ? {} : { a: nested(levels - 1) };
}

describe('why tools cannot be saved', () => {
  it.each([
    ['[{"name": "find",}]', { kind: 'json', at: { kind: 'key', line: 1, column: 18 } }],
    ['{"name": "find"}', { kind: 'no-list' }],
    ['[{"name": "find"}, "other"]', { kind: 'no-object', tool: 1 }],
    [writeTools([{}]), { kind: 'no-name', tool: 0 }],
    [writeTools([{ ...tool, name: 'find it' }]), { kind: 'name-signs', name: 'find it' }],
    [writeTools([{ ...tool, name: 'a'.repeat(characters.toolName + 1) }]), { kind: 'long-name', limit: 64 }],
    [writeTools([{ ...tool, description: 7 }]), { kind: 'no-text' }],
    [writeTools([{ ...tool, description: 'a'.repeat(characters.toolDescription + 1) }]), { kind: 'long-description' }],
    [writeTools([{ ...tool, parameters: [] }]), { kind: 'no-parameters' }],
    [writeTools([{ ...tool, parameters: nested(tree.toolDepth) }]), { kind: 'tangled' }],
    [
      writeTools([{ ...tool, parameters: { a: 'a'.repeat(characters.toolParametersJson) } }]),
      { kind: 'large-parameters' },
    ],
    [
      writeTools(Array.from({ length: counts.tools + 1 }, (_unused, index) => ({ ...tool, name: `find_${index}` }))),
      { kind: 'too-many', limit: counts.tools },
    ],
    [
      writeTools(
        Array.from({ length: 100 }, (_unused, index) => ({
          ...tool,
          name: `find_${index}`,
          description: 'a'.repeat(characters.toolDescription),
        })),
      ),
      { kind: 'too-large', limit: characters.toolsJson },
    ],
  ])('is told before the server has to refuse them: %.60s', (text, fault) => {
    expect(faultOfTools(text)).toMatchObject(fault);
    if (fault.kind !== 'json') expect(updateAvatarSchema.safeParse({ tools: JSON.parse(text) }).success).toBe(false);
  });

  it('is that two have one name, of which a model could choose none', () => {
    expect(faultOfTools(writeTools([tool, { ...tool }]))).toEqual({ kind: 'same-name', tool: 1, name: 'find' });
  });

  it('is nothing for what the server takes, up to each limit', () => {
    const large = {
      name: 'a'.repeat(characters.toolName),
      description: 'a'.repeat(characters.toolDescription),
      parameters: nested(tree.toolDepth - 1),
    };
    for (const tools of [[], [tool], [{ name: 'bare' }], [large]]) {
      expect(faultOfTools(writeTools(tools))).toBeNull();
      expect(updateAvatarSchema.safeParse({ tools }).success).toBe(true);
    }
  });

  it('is not that a tool has keys which the server leaves out: these are named', () => {
    expect(leftOutKeys({ ...tool, type: 'function', strict: true })).toEqual(['type', 'strict']);
    expect(leftOutKeys(tool)).toEqual([]);
  });
});
