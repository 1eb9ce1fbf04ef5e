// Runs every static check of the project side by side and prints what failed. Exit code 1 when anything failed.
import { spawn } from 'node:child_process';

const checks: readonly { name: string; command: string }[] = [
  { name: 'types', command: 'tsc -p tsconfig.json' },
  { name: 'types (protocol, for Node 20)', command: 'tsc -p packages/protocol/tsconfig.json' },
  { name: 'types (media, for Node 20)', command: 'tsc -p packages/media/tsconfig.json' },
  { name: 'types (face, for Node 20)', command: 'tsc -p packages/face/tsconfig.json' },
  { name: 'types (sdk)', command: 'tsc -p packages/sdk/tsconfig.json' },
  { name: 'types (console)', command: 'tsc -p apps/console/tsconfig.json' },
  { name: 'lint, format, import walls', command: 'biome ci --colors=off .' },
  { name: 'unused code', command: 'knip --no-progress' },
  { name: 'licences', command: 'node tools/licences/main.ts' },
];

function runCheck(command: string): Promise<{ ok: boolean; output: string; durationMs: number }> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on('close', (code) => resolve({ ok: code === 0, output, durationMs: performance.now() - startedAt }));
  });
}

const results = await Promise.all(checks.map(async (check) => ({ check, result: await runCheck(check.command) })));
for (const { check, result } of results) {
  console.log(`${result.ok ? 'ok    ' : 'FAILED'} ${check.name} (${(result.durationMs / 1000).toFixed(1)} s)`);
  if (!result.ok) console.log(result.output);
}
process.exitCode = results.every(({ result }) => result.ok) ? 0 : 1;
