import type * as z from 'zod';
import { LIMITS } from '../limits.ts';
import { jsonFault, textFault, treeFault } from '../trees.ts';

const OVER_LIMIT = { overLimit: true };

/** Reports a value that passes a limit: `fault` is the end of a sentence that begins with `name`. Says whether it did. */
export function reportOver(fault: string | null, name: string, context: z.RefinementCtx): boolean {
  if (fault === null) return false;
  context.addIssue({ code: 'custom', message: name === '' ? fault : `${name} ${fault}`, params: OVER_LIMIT });
  return true;
}

/** Whether a value was refused because it passes a limit, and not for what it is. */
export function isOverLimit(error: z.ZodError): boolean {
  const [first] = error.issues;
  return first?.code === 'custom' && first.params?.overLimit === true;
}

/** A check for `superRefine`: at most so many characters. */
export function atMost(limit: number) {
  return (text: string, context: z.RefinementCtx): void => {
    reportOver(textFault(text, limit), '', context);
  };
}

/** Reports the first line of a session description that no parser should be asked to read. */
export function reportLongLine(sdp: string, context: z.RefinementCtx): void {
  const limit = LIMITS.characters.sdpLine;
  for (let start = 0; start < sdp.length; ) {
    const end = sdp.indexOf('\n', start);
    const length = (end < 0 ? sdp.length : end) - start;
    if (length > limit) {
      reportOver(`holds a line of ${length} characters, at most ${limit}`, '', context);
      return;
    }
    start += length + 1;
  }
}

/** JSON text as a tree within the bounds of `LIMITS.tree`; reports what is wrong and gives undefined. */
export function parseBoundedJson(text: string, context: z.RefinementCtx): unknown {
  if (reportOver(jsonFault(text), '', context)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return reportOver(treeFault(value), '', context) ? undefined : value;
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return undefined;
  }
}
