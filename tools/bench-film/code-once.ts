// Decodes and encodes a clip in a process of its own, and prints what that took as JSON. Its argument is what to code as JSON.
import { codeAlone } from './judge-film.ts';
import { type CodingOrder, timed } from './spent.ts';

const { clip, out, pictures } = JSON.parse(process.argv[2] ?? '') as CodingOrder;
process.stdout.write(JSON.stringify(await timed(() => codeAlone(clip, out, pictures))));
