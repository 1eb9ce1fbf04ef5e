import type { Avatar } from '@visavis/protocol/rest';
import { readTools, writeTools } from './tools/tool-list.ts';

/** Fields of an avatar as a form holds them. */
export type AvatarValues = {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly parts: Avatar['parts'];
  readonly voice: string;
  readonly language: string;
  readonly prompt: string;
  readonly firstMessage: string;
  readonly knowledge: string;
  /** JSON. */
  readonly tools: string;
  readonly maxCallSeconds: number | string;
  readonly recordCalls: boolean;
  readonly remembers: boolean;
};

export function valuesOf(avatar: Avatar): AvatarValues {
  const { name, provider, model, parts, voice, language, prompt, firstMessage, knowledge, recordCalls, remembers } =
    avatar;
  return {
    name,
    provider,
    model,
    parts,
    voice,
    language,
    prompt,
    firstMessage,
    knowledge,
    recordCalls,
    remembers,
    tools: writeTools(avatar.tools),
    maxCallSeconds: avatar.maxCallSeconds ?? '',
  };
}

/** Only what differs: fields that the server filled in itself stay untouched. */
export function changesOf(before: AvatarValues, values: AvatarValues): Record<string, unknown> {
  const names = Object.keys(values) as (keyof AvatarValues)[];
  const changed = names.filter((name) => values[name] !== before[name]).map((name) => [name, values[name]] as const);
  const changes: Record<string, unknown> = Object.fromEntries(changed);
  if ('tools' in changes) changes.tools = readTools(values.tools);
  if ('maxCallSeconds' in changes) {
    changes.maxCallSeconds = values.maxCallSeconds === '' ? null : Number(values.maxCallSeconds);
  }
  return changes;
}
