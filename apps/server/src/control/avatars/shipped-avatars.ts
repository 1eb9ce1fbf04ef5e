import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorMessage } from '../../error-message.ts';
import { StartError } from '../../start-error.ts';

const plainName = z.string().regex(/^[a-z0-9][a-z0-9_-]*$/i, 'must be a plain folder name');

const indexEntry = z.object({
  id: plainName,
  /** Folder of the bundle. */
  bundle: plainName,
  /** Further names this figure answers to. */
  aliases: z.array(z.string().min(1)).default([]),
});

const indexSchema = z.object({ avatars: z.array(indexEntry) });

/** What the catalogue takes from a bundle's manifest; the media plane checks the rest. */
const manifestSchema = z.object({
  displayName: z.string().min(1),
  thumbnail: z.string().min(1).nullish(),
  preview: z.string().min(1).nullish(),
  defaults: z.object({
    voice: z.string().min(1),
    language: z.string().min(1),
    prompt: z.string(),
    firstMessage: z.string(),
  }),
});

export type ShippedAvatar = {
  /** The same on every server and after every update. 32 hexadecimal digits. */
  readonly avatarId: string;
  readonly slug: string;
  readonly bundleName: string;
  readonly displayName: string;
  readonly thumbnail: string | null;
  readonly preview: string | null;
  readonly voice: string;
  readonly language: string;
  readonly prompt: string;
  readonly firstMessage: string;
  readonly aliases: readonly string[];
};

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(path, errorMessage(error));
  }
}

function damaged(path: string, fault: string): StartError {
  return new StartError(
    `A built-in avatar cannot be read: ${path}: ${fault}. Put the folder of AVATARS_DIR back as the release has it.`,
  );
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, path: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw damaged(path, z.prettifyError(result.error));
  return result.data;
}

/** Reads `index.json` and each bundle's `manifest.json`. Null when there is no index. */
export async function readShippedAvatars(avatarsDir: string): Promise<ShippedAvatar[] | null> {
  const indexPath = join(avatarsDir, 'index.json');
  let index: unknown;
  try {
    index = await readJson(indexPath);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const entries = parse(indexSchema, index, indexPath).avatars;
  return Promise.all(
    entries.map(async ({ id, bundle: bundleName, aliases }) => {
      const manifestPath = join(avatarsDir, bundleName, 'manifest.json');
      const manifest = parse(manifestSchema, await readJson(manifestPath), manifestPath);
      const { displayName, defaults } = manifest;
      const films = { thumbnail: manifest.thumbnail ?? null, preview: manifest.preview ?? null };
      const avatarId = createHash('sha256').update(`visavis system avatar ${id}`).digest('hex').slice(0, 32);
      return { avatarId, slug: id, bundleName, displayName, ...films, ...defaults, aliases };
    }),
  );
}
