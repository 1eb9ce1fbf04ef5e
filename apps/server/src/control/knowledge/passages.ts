/** Text of a source, page by page; `page` is null where there are no pages. */
export type SourcePage = { readonly page: number | null; readonly text: string };

export type Passage = { readonly page: number | null; readonly text: string };

/** Long enough to hold an answer, short enough that a few of them are read at once. */
const PASSAGE_CHARACTERS = 1200;

/** Cuts pages into passages: at empty lines, then at ends of sentences, then where it must be. None reaches over two pages. */
export function passagesOf(pages: readonly SourcePage[]): readonly Passage[] {
  return pages.flatMap(({ page, text }) => cut(text).map((piece) => ({ page, text: piece })));
}

function cut(text: string): readonly string[] {
  const passages: string[] = [];
  let passage = '';
  for (const block of text.split(/\n\s*\n/)) {
    for (const piece of pieces(block.replace(/[ \t]+/g, ' ').trim())) {
      if (passage !== '' && passage.length + piece.length > PASSAGE_CHARACTERS) {
        passages.push(passage);
        passage = '';
      }
      passage = passage === '' ? piece : `${passage}\n${piece}`;
    }
  }
  return passage === '' ? passages : [...passages, passage];
}

/** A block as it is, or in parts that end with sentences. */
function pieces(block: string): readonly string[] {
  if (block.length <= PASSAGE_CHARACTERS) return block === '' ? [] : [block];
  const parts: string[] = [];
  for (let rest = block; rest !== ''; ) {
    const end = rest.length <= PASSAGE_CHARACTERS ? rest.length : placeToCut(rest);
    parts.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trimStart();
  }
  return parts;
}

function placeToCut(text: string): number {
  const head = text.slice(0, PASSAGE_CHARACTERS);
  const sentence = Math.max(...['. ', '! ', '? ', '。', '！', '？', '\n'].map((end) => head.lastIndexOf(end)));
  if (sentence > PASSAGE_CHARACTERS / 3) return sentence + 1;
  const blank = head.lastIndexOf(' ');
  return blank > 0 ? blank + 1 : PASSAGE_CHARACTERS;
}
