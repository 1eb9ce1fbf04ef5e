import { type Fields, type Parameter, parametersOf } from './tool-list.ts';

/** What is typed for the parameters of a tool, by their names. */
export type TypedValues = Readonly<Record<string, string>>;

type TrialFault = { readonly name: string; readonly kind: 'missing' | 'number' | 'integer' | 'choice' | 'json' };

/** A call as a model would make it. */
export type Trial = {
  readonly arguments: Fields;
  /** What a good model would not send. */
  readonly faults: readonly TrialFault[];
};

/** The arguments out of what was typed: texts as they are, the rest as their type says. What is left empty is not sent. */
export function tryTool(tool: Fields, typed: TypedValues): Trial {
  const sent: [string, unknown][] = [];
  const faults: TrialFault[] = [];
  for (const parameter of parametersOf(tool) ?? []) {
    const { name, isRequired } = parameter;
    const text = typed[name] ?? '';
    if (text === '') {
      if (isRequired) faults.push({ name, kind: 'missing' });
      continue;
    }
    const read = readValue(parameter, text);
    if ('fault' in read) faults.push({ name, kind: read.fault });
    else sent.push([name, read.value]);
  }
  return { arguments: Object.fromEntries(sent), faults };
}

function readValue(
  { type, choices }: Parameter,
  text: string,
): { readonly value: unknown } | { readonly fault: TrialFault['kind'] } {
  if (type === 'string' || type === 'number' || type === 'integer') {
    if (choices !== null && choices.length > 0 && !choices.includes(text)) return { fault: 'choice' };
  }
  if (type === 'string') return { value: text };
  if (type === 'boolean') return { value: text === 'true' };
  if (type === 'number' || type === 'integer') {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) return { fault: 'number' };
    return type === 'integer' && !Number.isInteger(value) ? { fault: 'integer' } : { value };
  }
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { fault: 'json' };
  }
}

/** What the handler of the page gets, as it is written in JavaScript. */
export function handlerCall(tool: Fields, values: Fields): string {
  return JSON.stringify({ callId: 'call_1', name: tool.name, arguments: values }, null, 2);
}

/** What the model gets for an answer that a handler returns, or that it throws. */
export function modelAnswer(answer: string, isError: boolean): string {
  return isError ? JSON.stringify({ error: answer }) : answer;
}
