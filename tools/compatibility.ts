// Prints docs/compatibility.md from the names of the tests: `node tools/compatibility.ts`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCitations } from '../tests/compatibility/citations.ts';
import { renderDocument } from '../tests/compatibility/document.ts';
import { GAPS } from '../tests/compatibility/gaps.ts';
import { REQUIREMENTS } from '../tests/compatibility/requirements.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
writeFileSync(join(ROOT, 'docs/compatibility.md'), renderDocument(REQUIREMENTS, readCitations(ROOT), GAPS));
