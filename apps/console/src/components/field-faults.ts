import type { FieldFault } from '@visavis/protocol';
import type { FieldProblem } from '@visavis/protocol/rest';
import { ApiProblem } from '../api/client.ts';

/** What is wrong with a field of a form. */
export type FaultOfField = Pick<FieldProblem, 'code' | 'limit' | 'message'>;

/** Faults by the names that the fields have in the request. */
export type Faults = ReadonlyMap<string, FaultOfField>;

export const noFaults: Faults = new Map();

/** The field that a path of the server lies in: `allowedOrigins` of `allowedOrigins.0`. */
export function fieldOf(path: string): string {
  return path.split('.', 1)[0] ?? path;
}

/** What the server said of fields; the first fault of each counts. */
export function faultsOf(error: Error | null): Faults {
  if (!(error instanceof ApiProblem)) return noFaults;
  const faults = new Map<string, FaultOfField>();
  for (const { path, ...fault } of error.fields) {
    const name = fieldOf(path);
    if (!faults.has(name)) faults.set(name, fault);
  }
  return faults;
}

/** What a browser knows of a field; those without a name are the form's own. */
type CheckedField = {
  readonly name: string;
  readonly type: string;
  readonly maxLength?: number;
  readonly validity: Pick<ValidityState, 'valueMissing' | 'typeMismatch' | 'badInput' | 'tooLong'>;
};

/** What the browser finds wrong before anything is sent: told at the field and in our words, not in a bubble of its own. */
export function faultsOfFields(fields: Iterable<CheckedField>): Faults {
  const faults = new Map<string, FaultOfField>();
  for (const { name, type, maxLength, validity } of fields) {
    const code = codeOf(type, validity);
    if (name !== '' && code !== null)
      faults.set(name, { code, message: '', ...(code === 'too-long' ? { limit: maxLength ?? 0 } : {}) });
  }
  return faults;
}

function codeOf(
  type: string,
  { valueMissing, typeMismatch, badInput, tooLong }: CheckedField['validity'],
): FieldFault | null {
  if (valueMissing) return 'empty';
  if (typeMismatch) return type === 'email' ? 'email' : 'url';
  if (badInput) return 'no-number';
  return tooLong ? 'too-long' : null;
}

export function isCheckedField(element: Element): element is HTMLInputElement | HTMLTextAreaElement {
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
}
