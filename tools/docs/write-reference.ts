// Writes the generated pages of docs/reference. A test fails while they are not what the code says.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { REFERENCES } from './references.ts';

for (const { file, render } of REFERENCES) {
  writeFileSync(fileURLToPath(new URL(`../../docs/reference/${file}`, import.meta.url)), render());
}
