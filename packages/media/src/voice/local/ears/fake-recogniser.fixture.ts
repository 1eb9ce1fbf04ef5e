// Stands in for the recogniser's helper in tests: counts samples, dies at a loud one, hangs at a very loud one. Given a file that
// is not there, it makes that and hangs before it is ready.
import { existsSync, writeFileSync } from 'node:fs';

const mark = process.argv[2];
const hangsAtStart = mark !== undefined && !existsSync(mark);
if (hangsAtStart) writeFileSync(mark, '');

let pending: Buffer = Buffer.alloc(0);
let samples = 0;
let isHanging = false;

if (!hangsAtStart) process.stdout.write('{"ready": true}\n');
process.stdin.on('data', (data: Buffer) => {
  pending = Buffer.concat([pending, data]);
  while (pending.length >= 5 && pending.length >= 5 + pending.readUInt32LE(1)) {
    const end = 5 + pending.readUInt32LE(1);
    handle(String.fromCharCode(pending[0] ?? 0), pending.subarray(5, end));
    pending = pending.subarray(end);
  }
});

function handle(kind: string, payload: Buffer): void {
  if (kind === 'S') samples = 0;
  if (kind === 'A') {
    samples += payload.length / 2;
    const loudest = Math.max(...new Int16Array(new Uint8Array(payload).buffer));
    if (loudest > 25_000) isHanging = true;
    else if (loudest > 15_000) process.exit(1);
  }
  if (kind === 'E' && !isHanging) process.stdout.write(`${JSON.stringify({ text: `${samples} samples` })}\n`);
}
