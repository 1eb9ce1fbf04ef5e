import { type IndexedPassage, PassageIndex } from './passage-index.ts';

/** Of avatars whose passages are kept in memory, the least used of which are forgotten. */
const KEPT_CHARACTERS = 12_000_000;

type Kept = { readonly version: string; readonly characters: number; readonly index: Promise<PassageIndex> };

/** Indexes of avatars' passages: each is built once for all who ask for it, one after the other. */
export class KeptIndexes {
  readonly #load: (avatarId: string) => Promise<readonly IndexedPassage[]>;
  /** The one used last comes last. */
  readonly #kept = new Map<string, Kept>();
  #lastBuild: Promise<unknown> = Promise.resolve();

  constructor(load: (avatarId: string) => Promise<readonly IndexedPassage[]>) {
    this.#load = load;
  }

  /** `version` changes whenever the passages do. */
  of(asked: { avatarId: string; version: string; characters: number }): Promise<PassageIndex> {
    const { avatarId, version, characters } = asked;
    const known = this.#kept.get(avatarId);
    const kept = known?.version === version ? known : { version, characters, index: this.#build(avatarId) };
    this.#kept.delete(avatarId);
    this.#kept.set(avatarId, kept);
    if (kept === known) return kept.index;
    this.#forgetOldest();
    // Whoever asks next tries again.
    kept.index.catch(() => {
      if (this.#kept.get(avatarId) === kept) this.#kept.delete(avatarId);
    });
    return kept.index;
  }

  forget(avatarId: string): void {
    this.#kept.delete(avatarId);
  }

  #build(avatarId: string): Promise<PassageIndex> {
    const index = this.#lastBuild.then(async () => await PassageIndex.of(await this.#load(avatarId)));
    this.#lastBuild = index.catch(() => {});
    return index;
  }

  #forgetOldest(): void {
    let characters = [...this.#kept.values()].reduce((sum, kept) => sum + kept.characters, 0);
    for (const [avatarId, kept] of this.#kept) {
      if (characters <= KEPT_CHARACTERS || this.#kept.size === 1) return;
      this.#kept.delete(avatarId);
      characters -= kept.characters;
    }
  }
}
