import { createHash } from 'node:crypto';
import type { FilmSettings } from '@visavis/protocol/rest';
import type { FilmCallback, FilmPicture, FilmSound } from '../../db/film-schema.ts';
import type { Source } from './source-files.ts';

/** An order of a film. */
export type FilmOrder = {
  readonly projectId: string;
  /** Empty: not by a licence. */
  readonly licenceId: string;
  readonly picture: FilmPicture;
  /** Bytes of the sound itself, or where it is, or what is to be said. */
  readonly sound: Exclude<FilmSound, { kind: 'data' }> | { readonly kind: 'data'; readonly bytes: Buffer };
  readonly options: FilmSettings;
  /** Where it is told how the film ended. Left out: nowhere. */
  readonly callback?: FilmCallback | undefined;
  /** The same order under the same key is one film. */
  readonly idempotencyKey?: string | undefined;
};

/** The files of an order that lie at addresses. */
export function sourcesOf({ picture, sound }: FilmOrder): Source[] {
  return [
    ...(picture.kind === 'avatar' ? [] : [{ kind: picture.kind, url: picture.url }]),
    ...(sound.kind === 'url' ? [{ kind: 'audio', url: sound.url } as const] : []),
  ];
}

/** Equal for equal orders. */
export function digestOf({ picture, sound, options, callback }: FilmOrder): string {
  const said = sound.kind === 'data' ? createHash('sha256').update(sound.bytes).digest('hex') : sound;
  return createHash('sha256')
    .update(JSON.stringify([picture, said, options, ...(callback === undefined ? [] : [callback.url])]))
    .digest('hex');
}
