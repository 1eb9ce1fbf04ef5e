import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

// A file that only computes takes what is left of the processors by the files that measure beside it. On Linux each thread
// has a priority of its own; those that begin later have that of the thread that begins them.
const threads = process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid];
for (const thread of threads) {
  try {
    setPriority(thread, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended meanwhile.
  }
}
