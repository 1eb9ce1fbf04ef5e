import { loadConfig } from '../config.ts';
import { asksForHelp, type Command, EXIT, UsageError } from './command.ts';

const HELP = `Usage: visavis doctor [settings of the server]

Looks whether the server can start with these settings on this machine, and what it will be able to do. Changes nothing; a running server
may stay. Exit code 1 when something would keep the server from starting.`;

const MARKS = { fine: 'ok  ', note: 'note', fault: 'BAD ' } as const;

/** `visavis doctor`: what is in the way of a start, a sentence each. */
export const doctorCommand: Command = {
  name: 'doctor',
  lines: [['doctor [settings]', 'looks whether the server can start here, and what it will be able to do']],
  async run(argv) {
    if (asksForHelp(argv)) {
      console.log(HELP);
      return EXIT.done;
    }
    const loaded = loadConfig(argv);
    if (loaded.kind !== 'config') throw new UsageError(loaded.text);
    const { examine } = await import('./examination.ts');
    let isWell = true;
    for await (const { kind, sentence } of examine(loaded.config)) {
      console.log(`${MARKS[kind]}  ${sentence}`);
      if (kind === 'fault') isWell = false;
    }
    return isWell ? EXIT.done : EXIT.failed;
  },
};
