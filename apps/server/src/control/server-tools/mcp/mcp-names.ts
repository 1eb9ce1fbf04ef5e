import { LIMITS } from '@visavis/protocol';

const { toolName } = LIMITS.characters;

/** Names under which a voice knows the tools of a server: as they are, or behind the server's name where another tool has it. */
export function namesFor(server: string, tools: readonly string[], taken: ReadonlySet<string>): readonly string[] {
  const used = new Set(taken);
  return tools.map((tool) => {
    const wishes = [plain(tool), plain(`${server}_${tool}`)];
    const name = wishes.find((wish) => wish !== '' && !used.has(wish)) ?? numbered(plain(`${server}_${tool}`), used);
    used.add(name);
    return name;
  });
}

/** As services of voices take them. */
function plain(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, toolName);
}

function numbered(name: string, used: ReadonlySet<string>): string {
  for (let number = 2; ; number += 1) {
    const end = `_${number}`;
    const wish = name.slice(0, toolName - end.length) + end;
    if (!used.has(wish)) return wish;
  }
}
