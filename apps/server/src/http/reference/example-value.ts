/** As much of JSON Schema as the routes' schemas use. */
export type Schema = {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
};

const EXAMPLE_ID = '7c9e6679a4b04d1f8e3a52c0d1b7f604';

/** What people are shown for a field whose schema says no more than that it is a text. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  name: 'Harbour hotel',
  email: 'mia@example.org',
  url: 'https://example.org/visavis',
  password: 'a long enough password',
  currentPassword: 'a long enough password',
  newPassword: 'another long password',
  language: 'en-US',
  voice: 'marin',
  text: 'Good day!',
  origin: 'https://shop.example',
  prompt: 'You are the receptionist of a small hotel.',
  token: 'vt_…',
  cursor: 'eyJ…',
  model: 'gpt-realtime',
};

/**
 * A value that fits a schema, for examples: what the schema gives as one, else the simplest. Of an object the fields that have to
 * be there, or its first one.
 */
export function exampleOf(schema: Schema, name = ''): unknown {
  const given = schema.examples?.[0] ?? schema.default ?? schema.const ?? schema.enum?.[0];
  if (given !== undefined) return given;
  const choice = (schema.anyOf ?? schema.oneOf)?.find(({ type }) => type !== 'null');
  if (choice !== undefined) return exampleOf(choice, name);
  if (schema.allOf !== undefined) return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, name)));
  const type = [schema.type].flat().find((one) => one !== 'null');
  switch (type) {
    case 'object':
      return exampleObject(schema);
    case 'array':
      return schema.items === undefined ? [] : [exampleOf(schema.items, name)];
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 1, 1);
    case 'boolean':
      return true;
    default:
      return exampleText(schema, name);
  }
}

function exampleObject({ properties = {}, required = [] }: Schema): Record<string, unknown> {
  const names = Object.keys(properties);
  const shown = required.length > 0 ? names.filter((name) => required.includes(name)) : names.slice(0, 1);
  return Object.fromEntries(shown.map((name) => [name, exampleOf(properties[name] ?? {}, name)]));
}

function exampleText({ format, pattern = '' }: Schema, name: string): unknown {
  if (pattern.includes('{32}') || /Id$/.test(name)) return EXAMPLE_ID;
  if (format === 'date-time') return '2026-05-01T10:00:00.000Z';
  if (format === 'date') return '2026-05-01';
  return BY_NAME[name] ?? '…';
}
