/** What a client wants the face to show. `neutral` keeps it still for that time, whatever is said. */
export type ExpressionWish = {
  readonly expression: 'neutral' | 'smile' | 'concerned' | 'surprised' | 'nod';
  /** 0 to 1. */
  readonly intensity: number;
  readonly durationMs: number;
};

/** What the talk tells the face. */
export type ExpressionCue =
  /** This reply greets the user. */
  | { readonly type: 'greeting'; readonly turnId: string }
  /** Words of a reply, in order. `audioStartMs` is where in the turn's sound they begin; null when unknown. */
  | {
      readonly type: 'reply-text';
      readonly turnId: string;
      readonly text: string;
      readonly audioStartMs: number | null;
    }
  /** BCP 47 tag of the language that replies are in from now on. */
  | { readonly type: 'language'; readonly language: string }
  | ({ readonly type: 'wish' } & ExpressionWish)
  /** The same, once this much of the reply's sound is heard. */
  | ({ readonly type: 'reply-wish'; readonly turnId: string; readonly atMs: number } & ExpressionWish);
