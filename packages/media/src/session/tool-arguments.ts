import { jsonFault } from '@visavis/protocol';
import { errorMessage } from '../core/error-message.ts';

/** What a tool is to be called with, or why it cannot be: arguments are one JSON object. */
export type ToolArguments = { readonly json: string } | { readonly fault: string };

/** Models leave the arguments of a tool that takes none empty. */
export function readToolArguments(argumentsJson: string): ToolArguments {
  if (argumentsJson.trim() === '') return { json: '{}' };
  const tree = jsonFault(argumentsJson);
  if (tree !== null) return { fault: tree };
  try {
    const value: unknown = JSON.parse(argumentsJson);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { json: argumentsJson };
    return { fault: 'they are no JSON object' };
  } catch (error) {
    return { fault: errorMessage(error) };
  }
}
