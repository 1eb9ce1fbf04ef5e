import { parseArgs } from 'node:util';
import { type Config, loadConfig } from '../config.ts';
import { asksForHelp, type Command, columns, EXIT, UsageError, unknownCommand } from './command.ts';

/** An option of one action, which takes a value. */
type Option = { readonly value: string; readonly meaning: string };

type ActionOptions = Readonly<Record<string, Option>>;

/** What an action is given: settings of the server, the words after its name, and its own options. */
export type Given = {
  readonly config: Config;
  /** As many as the action takes. */
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | undefined>>;
};

/** The second word of `visavis user list`, and what comes of it. */
export type Action = {
  readonly name: string;
  readonly summary: string;
  /** Names of the words that must follow, like `EMAIL`. */
  readonly takes?: readonly string[];
  readonly options?: ActionOptions;
  /** Resolves to the exit code. */
  run(given: Given): Promise<number>;
};

export type ActionGroup = {
  readonly name: string;
  readonly actions: readonly Action[];
  /** Holds for all of them, and ends their help. */
  readonly note: string;
};

const COLUMN = 28;

/** A command with a second word. Settings of the server may follow it, among the action's own options. */
export function groupCommand({ name, actions, note }: ActionGroup): Command {
  const ofGroup = `visavis ${name} --help`;
  const groupHelp = [
    `Usage: visavis ${name} <what> [settings of the server]`,
    columns(
      actions.map((action) => [usageOf(action), action.summary]),
      COLUMN,
    ),
    note,
  ].join('\n\n');

  return {
    name,
    lines: actions.map((action) => [`${name} ${usageOf(action)}`, action.summary]),
    async run([word, ...rest]) {
      if (word === undefined || word.startsWith('-')) {
        if (!asksForHelp([word ?? '']))
          throw new UsageError(`“visavis ${name}” does nothing by itself: ${ofGroup} says what it can do.`);
        console.log(groupHelp);
        return EXIT.done;
      }
      const action = actions.find((candidate) => candidate.name === word);
      if (action === undefined) {
        throw unknownCommand(
          `visavis ${name}`,
          word,
          actions.map((candidate) => candidate.name),
        );
      }
      if (asksForHelp(rest)) {
        console.log(helpOf(name, action, note));
        return EXIT.done;
      }
      return await action.run(readGiven(`visavis ${name} ${action.name}`, action, rest));
    },
  };
}

function usageOf({ name, takes = [] }: Action): string {
  return [name, ...takes].join(' ');
}

function helpOf(group: string, action: Action, note: string): string {
  const options = Object.entries(action.options ?? {});
  return [
    `Usage: visavis ${group} ${usageOf(action)} [options] [settings of the server]`,
    `It ${action.summary}.`,
    ...(options.length === 0
      ? []
      : [
          columns(
            options.map(([option, { value, meaning }]) => [`--${option} ${value}`, meaning]),
            COLUMN,
          ),
        ]),
    note,
  ].join('\n\n');
}

/** @throws UsageError */
function readGiven(title: string, { takes = [], options = {} }: Action, argv: readonly string[]): Given {
  const own = Object.fromEntries(Object.keys(options).map((option) => [option, { type: 'string' } as const]));
  const [ofAction, settings] = [[] as string[], [] as string[]];
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    const [option = ''] = argument.replace(/^--/, '').split('=');
    const isOption = argument.startsWith('--');
    const place = isOption && !(option in own) ? settings : ofAction;
    place.push(argument);
    const next = argv[index + 1];
    // Every option of these commands, and every setting, takes a value.
    if (isOption && !argument.includes('=') && next !== undefined && !next.startsWith('--')) {
      place.push(next);
      index += 1;
    }
  }
  const { values, positionals } = parseOwn(ofAction, own);
  if (positionals.length !== takes.length) {
    const wanted = takes.length === 0 ? 'no further words' : takes.join(' and ');
    throw new UsageError(`“${title}” takes ${wanted}: ${title} --help says more.`);
  }
  const loaded = loadConfig(settings);
  if (loaded.kind !== 'config') throw new UsageError(loaded.text);
  return { config: loaded.config, words: positionals, options: values };
}

function parseOwn(args: string[], options: Record<string, { type: 'string' }>) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
