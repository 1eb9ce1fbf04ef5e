import { createHash } from 'node:crypto';
import { withoutSystemPrefix } from '@visavis/protocol';
import { and, isNotNull, isNull, notInArray, sql } from 'drizzle-orm';
import type { Orm } from '../../db/database.ts';
import { avatarAliases, avatars } from '../../db/schema.ts';
import { builtInFigureIndex, builtInName, KNOWN_NAMES } from './built-in-names.ts';
import type { ShippedAvatar } from './shipped-avatars.ts';

/** The voice that the shipped avatars use until someone chooses another. */
export type SystemVoice = { readonly provider: string; readonly model: string };

type Writer = Pick<Orm, 'insert' | 'delete'>;

/**
 * Makes the system avatars and their aliases equal to the shipped ones. A row is rewritten only when its shipped
 * description changed, so edits made here stay until then. Avatars of projects are not touched.
 */
export async function seedSystemAvatars(
  writer: Writer,
  shipped: readonly ShippedAvatar[],
  voice: SystemVoice,
): Promise<void> {
  if (shipped.length === 0) return;
  // On the first page unless the operator takes them off it, in the order they are shipped in.
  const rows = shipped.map((figure, index) => ({ ...toRow(figure, voice), talkPagePlace: index }));
  await writer
    .insert(avatars)
    .values(rows)
    .onConflictDoUpdate({
      target: avatars.id,
      set: {
        ...Object.fromEntries(REWRITTEN_COLUMNS.map((column) => [column, excluded(column)])),
        updatedAt: sql`now()`,
      },
      setWhere: sql`${avatars.shippedDigest} is distinct from ${excluded('shippedDigest')}`,
    });
  const ids = rows.map(({ id }) => id);
  await writer
    .delete(avatars)
    .where(and(isNull(avatars.projectId), isNotNull(avatars.shippedDigest), notInArray(avatars.id, ids)));
  await seedAliases(writer, shipped);
}

const REWRITTEN_COLUMNS = [
  'name',
  'provider',
  'model',
  'voice',
  'language',
  'prompt',
  'firstMessage',
  'bundleName',
  'thumbnail',
  'preview',
  'shippedDigest',
] as const;

/** The value of the row that was to be inserted. */
function excluded(column: (typeof REWRITTEN_COLUMNS)[number]) {
  return sql`excluded.${sql.identifier(avatars[column].name)}`;
}

function toRow(figure: ShippedAvatar, { provider, model }: SystemVoice) {
  const described = {
    name: builtInName(figure.displayName),
    provider,
    model,
    voice: figure.voice,
    language: figure.language,
    prompt: figure.prompt,
    firstMessage: figure.firstMessage,
    bundleName: figure.bundleName,
    thumbnail: figure.thumbnail,
    preview: figure.preview,
  };
  const shippedDigest = createHash('sha256').update(JSON.stringify(described)).digest('hex');
  return { id: figure.avatarId, projectId: null, bundleSource: 'shipped' as const, shippedDigest, ...described };
}

async function seedAliases(writer: Writer, shipped: readonly ShippedAvatar[]): Promise<void> {
  const avatarIdByAlias = new Map<string, string>();
  const claim = (alias: string, avatarId: string): void => {
    const key = alias.toLowerCase();
    if (!avatarIdByAlias.has(key)) avatarIdByAlias.set(key, avatarId);
  };
  const claimBoth = (name: string, avatarId: string): void => {
    claim(builtInName(name), avatarId);
    claim(withoutSystemPrefix(name), avatarId);
  };
  // A figure's own names come before those it stands in for.
  for (const figure of shipped) for (const name of [figure.displayName, figure.slug]) claimBoth(name, figure.avatarId);
  for (const figure of shipped) for (const name of figure.aliases) claimBoth(name, figure.avatarId);
  const ids = shipped.map(({ avatarId }) => avatarId).sort();
  for (const name of KNOWN_NAMES) claimBoth(name, ids[builtInFigureIndex(name, ids.length)] ?? '');

  const rows = [...avatarIdByAlias].map(([alias, avatarId]) => ({ alias, avatarId }));
  await writer
    .insert(avatarAliases)
    .values(rows)
    .onConflictDoUpdate({
      target: avatarAliases.alias,
      set: { avatarId: sql`excluded.avatar_id` },
      setWhere: sql`${avatarAliases.avatarId} <> excluded.avatar_id`,
    });
  await writer.delete(avatarAliases).where(notInArray(avatarAliases.alias, [...avatarIdByAlias.keys()]));
}
