import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MODELS, type Model } from './model-catalogue.ts';
import { ModelRefusal } from './model-source.ts';

const EXTENSION = '.gguf';
/** What every such file begins with. */
const MAGIC = 'GGUF';

/** A language model that somebody has, by its file; null: it is none. */
export async function ownBrain(path: string): Promise<Model | null> {
  if (!path.toLowerCase().endsWith(EXTENSION)) return null;
  const found = await stat(path).catch(() => null);
  if (found?.isFile() !== true || (await beginningOf(path)) !== MAGIC) return null;
  const file = basename(path);
  return {
    name: nameOf(file),
    kind: 'brain',
    summary: 'a language model of your own',
    licence: 'its own',
    repository: '',
    needs: 'not known',
    room: { memoryBytes: null, cores: null },
    files: [{ path: file, sizeBytes: found.size, sha256: null }],
  };
}

/** Those that were added to the folder of all models. */
export async function ownBrains(folder: string): Promise<readonly Model[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const named = new Set(MODELS.map(({ name }) => name));
  const brains = [];
  for (const entry of entries.filter((candidate) => candidate.isDirectory() && !named.has(candidate.name))) {
    const files = await readdir(join(folder, entry.name)).catch(() => []);
    const [file] = files.filter((name) => name.toLowerCase().endsWith(EXTENSION));
    const brain = file === undefined ? null : await ownBrain(join(folder, entry.name, file));
    if (brain !== null) brains.push({ ...brain, name: entry.name });
  }
  return brains;
}

/** @throws ModelRefusal */
export function requireFreeName({ name }: Model): void {
  if (!MODELS.some((model) => model.name === name)) return;
  throw new ModelRefusal(`${name} is the name of a model that has other files: give yours another file name.`);
}

/** Of a folder: `SmolLM2-135M-Instruct.Q4_1.gguf` is `smollm2-135m-instruct.q4_1`. */
function nameOf(file: string): string {
  const name = file.slice(0, -EXTENSION.length).toLowerCase();
  return name.replace(/[^a-z0-9._-]/g, '-').replace(/^\.+/, '') || 'brain';
}

async function beginningOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
