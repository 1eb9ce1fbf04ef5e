// Prints docs/asvs.md from docs/asvs.json: `node tools/asvs/main.ts`.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderDocument } from './document.ts';
import { readRequirements } from './requirements.ts';

writeFileSync(fileURLToPath(new URL('../../docs/asvs.md', import.meta.url)), renderDocument(readRequirements()));
