import { asksForHelp, type Command } from './command.ts';

/** `visavis start`, and `visavis` alone. */
export const startCommand: Command = {
  name: 'start',
  aliases: ['server'],
  lines: [['start [settings]', 'runs the server; also without the word. Its --help lists the settings']],
  async run(argv) {
    await (await import('../main.ts')).main(asksForHelp(argv) ? ['--help'] : argv);
    return undefined;
  },
};
