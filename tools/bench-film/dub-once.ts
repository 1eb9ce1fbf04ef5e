// Dubs a clip in a process of its own, as workers do, and prints what that took as JSON. Its argument is the paths as JSON.
import { dubClip } from '../../packages/face/src/film/dubbing/dub-clip.ts';
import { type DubbingOrder, timed } from './spent.ts';

const { syncMode, ...request } = JSON.parse(process.argv[2] ?? '') as DubbingOrder;
const spent = await timed(() => dubClip({ ...request, options: { syncMode } }));
const peakMB = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ ...spent, peakMB }));
