import { jsonFault } from '@visavis/protocol';

/** A message of a service, as its schema reads it; null for what the schema does not know, for what is no JSON, or too deep. */
export function readWireMessage<Message>(
  schema: { safeParse(value: unknown): { readonly data?: Message | undefined } },
  data: string,
): Message | null {
  if (jsonFault(data) !== null) return null;
  try {
    return schema.safeParse(JSON.parse(data)).data ?? null;
  } catch {
    return null;
  }
}
