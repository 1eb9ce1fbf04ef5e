#!/usr/bin/env node
// `npx visavis-face face make photo.jpg -o folder`; a checkout of Visavis has it as `npx visavis face …`, among all its commands.
import { runFaceCommand } from './face-command.ts';

process.exitCode = await runFaceCommand(process.argv.slice(2));
