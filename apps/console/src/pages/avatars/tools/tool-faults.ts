import { LIMITS, TOOL_NAME, TOOL_TREE, textFault, toolsFault, treeFault } from '@visavis/protocol';
import { type JsonFault, jsonFault } from './json-fault.ts';
import { addressOf, isAddress } from './tool-address.ts';
import { type Fields, isFields, readTools } from './tool-list.ts';

const { counts, characters } = LIMITS;

/** Why the tools cannot be saved as they are; `tool` is the place of the tool from 0, `name` what it is called. */
export type ToolsFault =
  | { readonly kind: 'json'; readonly at: JsonFault }
  | { readonly kind: 'no-list' }
  | { readonly kind: 'no-object'; readonly tool: number }
  | { readonly kind: 'too-many' | 'too-large'; readonly limit: number }
  | ToolFault;

/** Why one tool cannot be saved. */
export type ToolFault = {
  readonly tool: number;
  readonly name: string;
} & (
  | { readonly kind: 'no-name' | 'name-signs' | 'same-name' | 'no-text' | 'no-parameters' | 'tangled' | 'no-address' }
  | { readonly kind: 'long-name' | 'long-description' | 'large-parameters'; readonly limit: number }
  /** The protocol's own sentence, in English. */
  | { readonly kind: 'other'; readonly sentence: string }
);

/** The first reason why the tools of a text cannot be saved, or null. An empty text has none. */
export function faultOfTools(text: string): ToolsFault | null {
  if (text.trim() === '') return null;
  const at = jsonFault(text);
  if (at !== null) return { kind: 'json', at };
  const tools = readTools(text);
  if (tools === null) return faultOfShape(JSON.parse(text));
  if (tools.length > counts.tools) return { kind: 'too-many', limit: counts.tools };
  for (const index of tools.keys()) {
    const fault = faultOfTool(tools, index);
    if (fault !== null) return fault;
  }
  if (textFault(JSON.stringify(tools), characters.toolsJson) !== null)
    return { kind: 'too-large', limit: characters.toolsJson };
  return null;
}

function faultOfShape(value: unknown): ToolsFault {
  if (!Array.isArray(value)) return { kind: 'no-list' };
  return { kind: 'no-object', tool: value.findIndex((tool) => !isFields(tool)) };
}

/** The first reason why the tool at this place of the list cannot be saved, or null. */
export function faultOfTool(tools: readonly Fields[], index: number): ToolFault | null {
  const { name, description = '', parameters = {} } = tools[index] ?? {};
  if (typeof name !== 'string' || name === '') return { kind: 'no-name', tool: index, name: '' };
  const of = { tool: index, name };
  if (textFault(name, characters.toolName) !== null) return { ...of, kind: 'long-name', limit: characters.toolName };
  if (!TOOL_NAME.test(name)) return { ...of, kind: 'name-signs' };
  if (tools.findIndex((other) => other.name === name) !== index) return { ...of, kind: 'same-name' };
  if (typeof description !== 'string') return { ...of, kind: 'no-text' };
  if (textFault(description, characters.toolDescription) !== null)
    return { ...of, kind: 'long-description', limit: characters.toolDescription };
  if (!isFields(parameters)) return { ...of, kind: 'no-parameters' };
  if (treeFault(parameters, TOOL_TREE) !== null) return { ...of, kind: 'tangled' };
  if (textFault(JSON.stringify(parameters), characters.toolParametersJson) !== null)
    return { ...of, kind: 'large-parameters', limit: characters.toolParametersJson };
  const address = addressOf(tools[index] ?? {});
  if (address !== null && !isAddress(address.url)) return { ...of, kind: 'no-address' };
  // Whatever else the server would not take.
  const sentence = toolsFault([{ name, description, parameters }]);
  return sentence === null ? null : { ...of, kind: 'other', sentence };
}

/** Keys of a tool that the server does not keep. */
export function leftOutKeys(tool: Fields): readonly string[] {
  return Object.keys(tool).filter((key) => !['name', 'description', 'parameters', 'webhook'].includes(key));
}
