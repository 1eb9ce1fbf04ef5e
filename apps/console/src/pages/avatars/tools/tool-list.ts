/** A JSON object, with whatever keys it has. */
export type Fields = Readonly<Record<string, unknown>>;

/** The types of values that the form offers; every other schema is kept and edited as JSON. */
export const parameterTypes = ['string', 'number', 'integer', 'boolean', 'array', 'object'] as const;
export type ParameterType = (typeof parameterTypes)[number];

/** One parameter of a tool as the form shows it. */
export type Parameter = {
  readonly name: string;
  /** Null: the schema says something else, or nothing. */
  readonly type: ParameterType | null;
  readonly description: string;
  readonly isRequired: boolean;
  /** The values of which the model takes one, as they are typed; null: they are no texts or numbers. */
  readonly choices: readonly string[] | null;
  /** Keys of its schema that the form does not show: they stay as they are. */
  readonly others: readonly string[];
};

/** The tools of a text, whatever they hold; null when it is no JSON list of objects. Nothing is an empty list. */
export function readTools(text: string): readonly Fields[] | null {
  if (text.trim() === '') return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every(isFields) ? value : null;
  } catch {
    return null;
  }
}

/** The text of a list, of which `readTools` gives the same list. */
export function writeTools(tools: readonly unknown[]): string {
  return tools.length === 0 ? '' : JSON.stringify(tools, null, 2);
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function replaceAt<Item>(items: readonly Item[], index: number, ...by: readonly Item[]): readonly Item[] {
  return items.toSpliced(index, 1, ...by);
}

/** The parameters of a tool in their order; null when they are such as only JSON can show. */
export function parametersOf(tool: Fields): readonly Parameter[] | null {
  const schema = tool.parameters ?? {};
  if (!isFields(schema)) return null;
  const { type = 'object', properties = {}, required = [] } = schema;
  if (type !== 'object' || !isFields(properties) || !isTexts(required)) return null;
  const entries = Object.entries(properties);
  if (!entries.every((entry): entry is [string, Fields] => isFields(entry[1]))) return null;
  return entries.map(([name, property]) => toParameter(name, property, required.includes(name)));
}

function toParameter(name: string, schema: Fields, isRequired: boolean): Parameter {
  const { type, description, enum: choices, ...rest } = schema;
  const shownType = parameterTypes.find((known) => known === type) ?? null;
  const shownChoices = choices === undefined ? [] : typedChoices(choices);
  const isItsOwn = (key: string) => shownType === 'array' && key === 'items' && isPlainTextSchema(rest.items);
  const others = Object.keys(rest).filter((key) => !isItsOwn(key));
  if (description !== undefined && typeof description !== 'string') others.push('description');
  if (type !== undefined && shownType === null) others.push('type');
  if (shownChoices === null) others.push('enum');
  const shownDescription = typeof description === 'string' ? description : '';
  return { name, type: shownType, description: shownDescription, isRequired, choices: shownChoices, others };
}

const isPlainTextSchema = (items: unknown) =>
  isFields(items) && Object.keys(items).length === 1 && items.type === 'string';

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function typedChoices(choices: unknown): readonly string[] | null {
  if (isTexts(choices)) return choices;
  if (Array.isArray(choices) && choices.every((choice) => typeof choice === 'number')) return choices.map(String);
  return null;
}

/** A new tool, to be filled in. */
export function emptyTool(): Fields {
  return { name: '', description: '', parameters: { type: 'object', properties: {} } };
}

/** `wish`, or with a number behind it where a tool has that name. */
export function freeName(tools: readonly Fields[], wish: string): string {
  return withNumber(
    wish,
    tools.map(({ name }) => name),
  );
}

function withNumber(wish: string, taken: readonly unknown[]): string {
  let name = wish;
  for (let number = 2; taken.includes(name); number += 1) name = `${wish}_${number}`;
  return name;
}

/** Puts a parameter behind the others, under a name that none has. */
export function addParameter(tool: Fields): Fields {
  const name = withNumber(
    'parameter',
    (parametersOf(tool) ?? []).map((parameter) => parameter.name),
  );
  return withProperties(tool, (entries) => [...entries, [name, { type: 'string', description: '' }]]);
}

export function removeParameter(tool: Fields, name: string): Fields {
  const without = withProperties(tool, (entries) => entries.filter(([key]) => key !== name));
  return requireParameter(without, name, false);
}

/** Whether a parameter may be called this: not nothing, and not as another one. */
export function canBeNamed(tool: Fields, name: string, wish: string): boolean {
  return wish !== '' && (wish === name || !(parametersOf(tool) ?? []).some((parameter) => parameter.name === wish));
}

/** Where it stands and what it says stay. */
export function renameParameter(tool: Fields, name: string, wish: string): Fields {
  if (!canBeNamed(tool, name, wish)) return tool;
  const renamed = withProperties(tool, (entries) => entries.map(([key, value]) => [key === name ? wish : key, value]));
  return withRequired(renamed, (required) => required.map((key) => (key === name ? wish : key)));
}

export function requireParameter(tool: Fields, name: string, isRequired: boolean): Fields {
  return withRequired(tool, (required) => {
    const others = required.filter((key) => key !== name);
    return isRequired ? [...others, name] : others;
  });
}

export function describeParameter(tool: Fields, name: string, description: string): Fields {
  return withSchema(tool, name, (schema) => ({ ...schema, description }));
}

/** Choices that were texts become numbers where all of them are, and the other way round; else they stay as they are. */
export function setParameterType(tool: Fields, name: string, type: ParameterType): Fields {
  return withSchema(tool, name, (schema) => {
    const { items, ...rest } = schema;
    const plain = isPlainTextSchema(items) || items === undefined ? rest : schema;
    const typed = { ...plain, type };
    if (type === 'array') return { ...typed, items: items ?? { type: 'string' } };
    const choices = schema.enum === undefined ? null : typedChoices(schema.enum);
    return choices === null ? typed : { ...typed, enum: asValues(choices, type) };
  });
}

/** No choices: the model may say anything. */
export function setChoices(tool: Fields, name: string, choices: readonly string[]): Fields {
  return withSchema(tool, name, ({ enum: _before, ...schema }) =>
    choices.length === 0 ? schema : { ...schema, enum: asValues(choices, schema.type) },
  );
}

function asValues(choices: readonly string[], type: unknown): readonly (string | number)[] {
  if (type !== 'number' && type !== 'integer') return choices;
  const numbers = choices.map(Number);
  return choices.every((choice, index) => String(numbers[index]) === choice) ? numbers : choices;
}

type Entry = readonly [name: string, schema: unknown];

function withProperties(tool: Fields, change: (entries: readonly Entry[]) => readonly Entry[]): Fields {
  const { parameters } = tool;
  const schema = isFields(parameters) ? parameters : { type: 'object' };
  const properties = isFields(schema.properties) ? schema.properties : {};
  return {
    ...tool,
    parameters: { ...schema, properties: Object.fromEntries(change(Object.entries(properties))) },
  };
}

function withSchema(tool: Fields, name: string, change: (schema: Fields) => Fields): Fields {
  return withProperties(tool, (entries) =>
    entries.map(([key, value]) => [key, key === name && isFields(value) ? change(value) : value]),
  );
}

function withRequired(tool: Fields, change: (required: readonly string[]) => readonly string[]): Fields {
  const { parameters } = tool;
  if (!isFields(parameters)) return tool;
  const { required = [], ...schema } = parameters;
  if (!isTexts(required)) return tool;
  const changed = change(required);
  return { ...tool, parameters: changed.length === 0 ? schema : { ...schema, required: changed } };
}
