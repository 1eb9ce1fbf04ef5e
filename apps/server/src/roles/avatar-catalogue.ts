import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import * as z from 'zod';
import type { AvatarPicturePlace, createAvatarCatalogue } from '../control/avatars/avatar-catalogue.ts';
import { faceBoxIn } from '../control/avatars/face-box.ts';
import type { BlobStore } from '../files/blob-store.ts';
import type { FindUpload } from '../http/upload-files.ts';
import type { AvatarCatalogue, CatalogueAvatar } from '../ports.ts';

type Records = ReturnType<typeof createAvatarCatalogue>;
type Avatar = Awaited<ReturnType<Records['list']>>[number];

const manifestSchema = z.object({
  displayName: z.string().optional(),
  description: z.string().optional(),
  thumbnail: z.string().optional(),
});
type Manifest = z.output<typeof manifestSchema> & Pick<CatalogueAvatar, 'face'>;

/** A bundle that was removed or damaged still lists, without its words. */
async function readManifest(bundlePath: string): Promise<Manifest> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(bundlePath, 'manifest.json'), 'utf8'));
    return { ...manifestSchema.parse(manifest), face: faceBoxIn(manifest) };
  } catch {
    return {};
  }
}

/** Joins the database's avatars with what their bundles say of themselves. */
export function createCatalogue(records: Records): AvatarCatalogue {
  return {
    async list(projectId) {
      const avatars = await records.list(projectId);
      return Promise.all(avatars.map(toCatalogueAvatar));
    },
    async listShown(projectId) {
      const avatars = await records.listShown(projectId);
      return Promise.all(avatars.map(toCatalogueAvatar));
    },
    async get(projectId, avatarId) {
      const avatar = await records.get(projectId, avatarId);
      return avatar === null ? null : toCatalogueAvatar(avatar);
    },
    async getAnywhere(avatarId) {
      const avatar = await records.getAnywhere(avatarId);
      return avatar === null ? null : toCatalogueAvatar(avatar);
    },
  };
}

async function toCatalogueAvatar(avatar: Avatar): Promise<CatalogueAvatar> {
  const { avatarId, name, title, model, voice, prompt, firstMessage, thumbnail, preview } = avatar;
  const manifest = avatar.storedBundle ?? (await readManifest(avatar.bundlePath));
  return {
    avatarId,
    name,
    title,
    description: manifest.description ?? '',
    model,
    voice,
    prompt,
    firstMessage,
    pictureFile: thumbnail === null ? null : `${avatarId}${extname(thumbnail)}`,
    face: manifest.face ?? null,
    clipFile: preview === null ? null : `${avatarId}${extname(preview)}`,
    isSystem: avatar.isSystem,
    provider: avatar.provider,
    state: avatar.state,
  };
}

/** No project: only what every project is offered is public by name. */
const NO_PROJECT = '';

/** Finds an avatar's picture by `<avatarId>.<ext>` or, as older clients ask, `<name>.png`; its film ends in `.mp4`. */
export function createFindUpload(records: Records, blobs: Pick<BlobStore, 'find'>): FindUpload {
  const find = async (fileName: string): Promise<AvatarPicturePlace | null> => {
    const stem = basename(fileName, extname(fileName));
    const kind = extname(fileName).toLowerCase() === '.mp4' ? 'preview' : 'thumbnail';
    const byId = await records.pictureOf(stem, kind);
    if (byId !== null) return byId;
    const found = await records.find(NO_PROJECT, { name: stem });
    return found.kind === 'found' ? records.pictureOf(found.avatar.avatarId, kind) : null;
  };
  return async (fileName) => {
    const place = await find(fileName);
    if (place === null) return null;
    const { name, key, folder } = place;
    if (key === null) return { kind: 'here', path: join(folder, name) };
    return { kind: 'stored', name, sha256: key.sha256, find: () => blobs.find(key) };
  };
}
