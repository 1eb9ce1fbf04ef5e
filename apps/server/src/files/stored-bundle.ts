import type { FaceBox } from '@visavis/protocol/rest';

/** The bundle of an avatar that was made here, as the store of files has it: blobs of one owner in the area of avatars. */
export type StoredBundle = {
  /** New for every making: what an attempt that counts no more has left is nobody else's. */
  readonly owner: string;
  /** SHA-256 of the list of its files, which has theirs: the same for the same bundle, whoever has it. */
  readonly index: string;
  /** SHA-256 of the still picture and of the film of the idle avatar; null: there is none. */
  readonly thumbnail: string | null;
  readonly preview: string | null;
  /** What its manifest says for lists. */
  readonly description: string;
  readonly face: FaceBox | null;
};
