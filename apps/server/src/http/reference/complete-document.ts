import { STATUS_CODES } from 'node:http';
import { type ApiError, apiErrorSchema } from '@visavis/protocol/rest';
import * as z from 'zod';
import { notFound } from '../../control/control-error.ts';
import { type CodeSample, codeSamples } from './code-samples.ts';
import { exampleOf, type Schema } from './example-value.ts';

type Content = Record<string, { schema?: Schema; example?: unknown }>;
type Parameter = { name: string; in: string; required?: boolean; schema?: Schema; example?: unknown };
type Operation = {
  description?: string;
  security?: readonly Readonly<Record<string, unknown>>[];
  parameters?: Parameter[];
  requestBody?: { content?: Content };
  responses?: Record<string, { description?: string; content?: Content }>;
  'x-codeSamples'?: CodeSample[];
};
export type OpenApiDocument = {
  servers?: { url: string }[];
  readonly paths?: Record<string, Record<string, Operation>>;
};

/** What `@fastify/swagger` writes where a route says nothing. */
const UNSAID = 'Default Response';
const { $schema: _dialect, ...REFUSAL } = z.toJSONSchema(apiErrorSchema);
const { code, message, told } = notFound('project');
const REFUSED: ApiError = { error: { code, message, reason: told?.reason, values: told?.values } };

/**
 * Adds what can be told of every route alike: the meaning of each status, an example of each answer, what refusals of the console's
 * interface look like, and code that calls the route.
 */
export function completeDocument(document: OpenApiDocument): OpenApiDocument {
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(operations)) {
      if (path.startsWith('/api/v1/')) addRefusal(operation);
      for (const [status, response] of Object.entries(operation.responses ?? {})) {
        if (response.description === undefined || response.description === UNSAID) {
          response.description = STATUS_CODES[status] ?? 'Refused';
        }
        addExamples(response.content);
      }
      addExamples(operation.requestBody?.content);
      for (const parameter of operation.parameters ?? []) {
        const [example] = parameter.schema?.examples ?? [];
        if (example !== undefined) parameter.example = example;
      }
      operation['x-codeSamples'] = codeSamples(sampledRequest(method.toUpperCase(), path, operation));
    }
  }
  return document;
}

function addRefusal(operation: Operation): void {
  operation.responses = {
    ...operation.responses,
    default: {
      description: 'Refused',
      content: { 'application/json': { schema: REFUSAL as Schema, example: REFUSED } },
    },
  };
}

function addExamples(content: Content = {}): void {
  for (const [type, entry] of Object.entries(content)) {
    if (type.includes('json') && entry.schema !== undefined) entry.example ??= exampleOf(entry.schema);
  }
}

function sampledRequest(method: string, path: string, { parameters = [], requestBody, security = [] }: Operation) {
  const value = ({ name, schema = {}, example }: Parameter): string => String(example ?? exampleOf(schema, name));
  const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const parameter = parameters.find((one) => one.in === 'path' && one.name === name);
    return encodeURIComponent(value(parameter ?? { name, in: 'path', schema: { pattern: '{32}' } }));
  });
  const query = parameters.filter((parameter) => parameter.in === 'query' && parameter.required === true);
  const search = query.map((parameter) => `${parameter.name}=${encodeURIComponent(value(parameter))}`).join('&');
  const json = requestBody?.content?.['application/json'];
  const asked = security.flatMap((needed) => Object.keys(needed));
  return {
    method,
    path: search === '' ? filled : `${filled}?${search}`,
    ...(json === undefined ? {} : { body: json.example ?? exampleOf(json.schema ?? {}) }),
    by: asked.includes('session')
      ? ('session' as const)
      : asked.includes('license')
        ? ('licence' as const)
        : ('nobody' as const),
  };
}
