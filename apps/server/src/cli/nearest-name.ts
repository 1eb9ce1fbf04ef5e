/** The name that was most likely meant, at most two slips away and with more right than wrong; null when none is near. */
export function nearestName(given: string, names: readonly string[]): string | null {
  const judged = names.map((name) => ({ name, slips: countSlips(given.slice(0, MAX_CHARACTERS), name) }));
  const [best] = judged.sort((one, other) => one.slips - other.slips);
  if (best === undefined || best.slips > 2 || best.slips * 2 >= Math.max(given.length, best.name.length)) return null;
  return best.name;
}

/** No command is as long; what is longer is near to none. */
const MAX_CHARACTERS = 40;

/** Characters to add, leave out, replace or exchange with their neighbour (Damerau's distance of neighbouring strings). */
function countSlips(given: string, name: string): number {
  let before: number[] = [];
  let above = Array.from({ length: name.length + 1 }, (_unused, column) => column);
  for (let row = 1; row <= given.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= name.length; column += 1) {
      const isSame = given[row - 1] === name[column - 1];
      let slips = Math.min(
        (above[column] ?? 0) + 1,
        (line[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (isSame ? 0 : 1),
      );
      const isExchanged = given[row - 1] === name[column - 2] && given[row - 2] === name[column - 1];
      if (row > 1 && column > 1 && isExchanged) slips = Math.min(slips, (before[column - 2] ?? 0) + 1);
      line.push(slips);
    }
    before = above;
    above = line;
  }
  return above[name.length] ?? 0;
}
