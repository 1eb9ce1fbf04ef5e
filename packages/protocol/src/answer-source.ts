/** Where something stands in the avatar's documents: on a page of one or, where it has none, in a part of it. Both count from 1. */
export type AnswerSource = { readonly source: string; readonly page: number | null; readonly part: number };
