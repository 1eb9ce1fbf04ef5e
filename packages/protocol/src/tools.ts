import { LIMITS } from './limits.ts';
import { TOOL_TREE, textFault, treeFault } from './trees.ts';
import type { Tool } from './v2/client-message.ts';

/** Where the server asks for the result of a tool. */
export type WebhookTarget = {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** How long the answer is waited for. */
  readonly timeoutMs: number;
};

/** A tool of an avatar's record: without a web address, the client of the call answers it. */
export type AvatarTool = Tool & { readonly webhook?: WebhookTarget };

/** What a tool may be called, besides its length. */
export const TOOL_NAME = /^[A-Za-z0-9_-]+$/;

/** How a tool passes the limits, as the end of a sentence that begins with its name, or null. */
export function toolFault({ name, description, parameters }: Tool): string | null {
  const named = textFault(name, LIMITS.characters.toolName);
  if (named !== null) return `has a name that ${named}`;
  const described = textFault(description, LIMITS.characters.toolDescription);
  if (described !== null) return `has a description that ${described}`;
  const tree = treeFault(parameters, TOOL_TREE);
  if (tree !== null) return `has parameters of which the tree ${tree}`;
  const json = textFault(JSON.stringify(parameters), LIMITS.characters.toolParametersJson);
  return json === null ? null : `has parameters whose JSON ${json}`;
}

/** How a list of tools passes the limits, as the end of a sentence, or null. */
export function toolsFault(tools: readonly Tool[]): string | null {
  const { counts, characters } = LIMITS;
  if (tools.length > counts.tools) return `are ${tools.length}, at most ${counts.tools}`;
  for (const tool of tools) {
    const fault = toolFault(tool);
    if (fault !== null) return `are not taken: ${tool.name.slice(0, characters.toolName)} ${fault}`;
  }
  const json = textFault(JSON.stringify(tools), characters.toolsJson);
  return json === null ? null : `are too large: their JSON ${json}`;
}

/** The tools that fit, in their order, and how many do not: for a record that was stored before there were limits. */
export function fittingTools<Given extends Tool>(tools: readonly Given[]): { tools: Given[]; leftOut: number } {
  const { counts, characters } = LIMITS;
  const fitting: Given[] = [];
  let length = 0;
  for (const tool of tools) {
    if (fitting.length >= counts.tools) break;
    if (toolFault(tool) !== null) continue;
    length += JSON.stringify(tool).length;
    if (length > characters.toolsJson) break;
    fitting.push(tool);
  }
  return { tools: fitting, leftOut: tools.length - fitting.length };
}
