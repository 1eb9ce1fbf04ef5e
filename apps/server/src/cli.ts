#!/usr/bin/env node
// The command line for everything: `npx visavis`, `npx visavis face make photo.jpg -o folder`, `npx visavis user list`.
import { outliveReaders } from '@visavis/media/process-group';
import { runCommandLine } from './cli/run-command-line.ts';

outliveReaders();
const code = await runCommandLine(process.argv.slice(2));
if (code !== undefined) process.exitCode = code;
