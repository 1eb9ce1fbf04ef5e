import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const STATUSES = ['not-met', 'partly', 'met', 'not-applicable'] as const;
export type Status = (typeof STATUSES)[number];

export type Requirement = {
  /** The standard's number, like `V7.3.2`. */
  readonly id: string;
  /** What it is about, in our words: the standard's own are under another licence. */
  readonly words: string;
  readonly status: Status;
  /** `file › title of a test in it`, or a file of code or a document, with a heading if need be. From the top folder. */
  readonly evidence?: readonly string[];
  readonly reason?: string;
};

/** What `docs/asvs.json` says, in its order. Its test looks at the form. */
export function readRequirements(): readonly Requirement[] {
  const path = fileURLToPath(new URL('../../docs/asvs.json', import.meta.url));
  const { requirements } = JSON.parse(readFileSync(path, 'utf8')) as { requirements: readonly Requirement[] };
  return requirements;
}

const SEPARATOR = ' › ';

/** `title` is left out for code and documents, `anchor` is a heading of a document. */
export function readEvidence(text: string): { path: string; anchor?: string; title?: string } {
  const [place = '', title] = text.split(SEPARATOR);
  const [path = '', anchor] = place.split('#');
  return { path, ...(anchor === undefined ? {} : { anchor }), ...(title === undefined ? {} : { title }) };
}
