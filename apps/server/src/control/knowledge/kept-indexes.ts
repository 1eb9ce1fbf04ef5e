import { KeptByAvatar } from './kept-by-avatar.ts';
import { type IndexedPassage, PassageIndex } from './passage-index.ts';

/** Of passages of avatars that are kept in memory. */
const KEPT_CHARACTERS = 12_000_000;

/** Indexes of avatars' passages: each is built once for all who ask for it, one after the other. */
export class KeptIndexes {
  readonly #load: (avatarId: string) => Promise<readonly IndexedPassage[]>;
  readonly #kept = new KeptByAvatar<PassageIndex>(KEPT_CHARACTERS);
  #lastBuild: Promise<unknown> = Promise.resolve();

  constructor(load: (avatarId: string) => Promise<readonly IndexedPassage[]>) {
    this.#load = load;
  }

  /** `version` changes whenever the passages do. */
  of(asked: { avatarId: string; version: string; characters: number }): Promise<PassageIndex> {
    const { avatarId, version, characters } = asked;
    const known = this.#kept.use(avatarId);
    if (known?.version === version) return known.value;
    const value = this.#build(avatarId);
    this.#kept.keep(avatarId, { version, value, weight: characters });
    return value;
  }

  forget(avatarId: string): void {
    this.#kept.forget(avatarId);
  }

  #build(avatarId: string): Promise<PassageIndex> {
    const index = this.#lastBuild.then(async () => await PassageIndex.of(await this.#load(avatarId)));
    this.#lastBuild = index.catch(() => {});
    return index;
  }
}
