import { fittingTools, type WireTool } from '@visavis/protocol';

/** `isReadable` is false for text that is no list of functions; `tools` are those that a call takes. */
export type FunctionCalls = { readonly tools: readonly WireTool[]; readonly isReadable: boolean };

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the attribute `function-calls`: a JSON list of `{ function_call_name, function_call_description, function_call_parameters:
 * { properties, required } }`. Entries that no call would take are left out, the rest is taken.
 */
export function readFunctionCalls(text: string): FunctionCalls {
  if (text === '') return { tools: [], isReadable: true };
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return { tools: [], isReadable: false };
  }
  if (!Array.isArray(list)) return { tools: [], isReadable: false };
  const { tools } = fittingTools(list.flatMap((entry: unknown) => toolOf(entry)));
  const named = tools.map((tool): WireTool => ({ type: 'function', ...tool }));
  return { tools: named, isReadable: tools.length === list.length };
}

function toolOf(entry: unknown): Omit<Required<WireTool>, 'type'>[] {
  const fields = fieldsOf(entry);
  const { function_call_name: name, function_call_description: description } = fields;
  if (typeof name !== 'string' || name === '') return [];
  const { properties, required } = fieldsOf(fields.function_call_parameters);
  return [
    {
      name,
      description: typeof description === 'string' ? description : '',
      parameters: {
        type: 'object',
        properties: fieldsOf(properties),
        required: Array.isArray(required) ? required.filter((word) => typeof word === 'string') : [],
      },
    },
  ];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
