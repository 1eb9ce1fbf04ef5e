import type { FastifyReply, FastifyRequest } from 'fastify';

/** Every answer of the open REST interface; `code` repeats the HTTP status. */
export type Envelope<Data = unknown> = { readonly code: number; readonly message: string; readonly data: Data };

export function succeed<Data>(data: Data): { code: 200; message: 'SUCCESS'; data: Data } {
  return { code: 200, message: 'SUCCESS', data };
}

export function fail(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send({ code: status, message, data: null });
}

/** Reads a parameter from the query, a JSON body, or a header of the same name, without the NULs that no database takes. */
export function readParameter(request: FastifyRequest, ...names: readonly string[]): string | undefined {
  for (const source of [request.query, request.body, request.headers]) {
    if (typeof source !== 'object' || source === null) continue;
    const fields = new Map<string, unknown>(Object.entries(source));
    for (const name of names) {
      const given = fields.get(name);
      const value: unknown = Array.isArray(given) ? given[0] : given;
      const text = typeof value === 'string' ? value.replaceAll('\u0000', '').trim() : '';
      if (text !== '') return text;
      if (typeof value === 'number' && Number.isFinite(value)) return String(value);
    }
  }
  return undefined;
}
