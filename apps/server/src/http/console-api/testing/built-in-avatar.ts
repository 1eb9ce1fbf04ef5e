import { newPublicId } from '../../../control/ids.ts';
import type { Database } from '../../../db/database.ts';
import { avatars } from '../../../db/schema.ts';

/** Stores a built-in avatar to make copies of; gives its id. */
export async function addBuiltInAvatar({ orm }: Pick<Database, 'orm'>): Promise<string> {
  const id = newPublicId();
  await orm.insert(avatars).values({
    id,
    name: 'navtalk.Leo',
    provider: 'local',
    model: 'local',
    voice: 'cedar',
    language: 'en',
    bundleSource: 'shipped',
    bundleName: 'leo',
    prompt: 'You are Leo.',
  });
  return id;
}
