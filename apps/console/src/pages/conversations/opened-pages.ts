/** Pages of a list that were opened one after the other, by their cursors; a cursor goes on with the list that it came of. */
export type OpenedPages<List> = { readonly of: List; readonly cursors: readonly string[] };

const firstPage: readonly string[] = [''];

/** The cursors that were opened in this list, the last of which is shown: of another list, only its first page is. */
export function cursorsIn<List>(opened: OpenedPages<List>, list: List): readonly string[] {
  return opened.of === list ? opened.cursors : firstPage;
}

export function withNext<List>(opened: OpenedPages<List>, list: List, cursor: string): OpenedPages<List> {
  return { of: list, cursors: [...cursorsIn(opened, list), cursor] };
}

export function withPrevious<List>(opened: OpenedPages<List>, list: List): OpenedPages<List> {
  const cursors = cursorsIn(opened, list);
  return { of: list, cursors: cursors.length > 1 ? cursors.slice(0, -1) : cursors };
}
