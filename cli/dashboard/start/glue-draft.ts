import { Command, type Option } from 'commander';
import { register } from '../../commands/glue.ts';
import { ofArgument, resolveSettings } from '../../config/resolve.ts';
import { parseOwnFiles, parseSeeds, parseTasks, type RunFlags } from '../../glue/options.ts';
import type { Item } from './settings.ts';

/** A benchmark that is being put together: what was typed, by the option's name; `settings` are those in place of the recipe's. */
export type GlueDraft = ReadonlyMap<string, string>;

export const settingsKey = 'settings';

/** Options that take nothing, or a value. */
const yes = 'yes';

/** The command `glue run` as it is: its options are what there is to choose. */
function runCommand(): Command {
  const program = new Command('distiltune').exitOverride().configureOutput({ outputError: () => {} });
  register(program);
  const run = program.commands[0]!.commands.find((command) => command.name() === 'run')!;
  return run.exitOverride().configureOutput({ outputError: () => {} });
}

/** Every option with its value and meaning. */
export function glueItems(draft: GlueDraft): Item[] {
  const run = runCommand();
  const options = run.options.filter(({ long }) => long !== '--help' && long !== '--ui');
  const items = options.map((option): Item => {
    const key = option.long!.replace('--', '');
    const typed = draft.get(key);
    return {
      key,
      value: typed ?? usualOf(option),
      origin: typed === undefined ? 'default' : option.long!,
      isChanged: typed !== undefined,
      description: option.optional ? `${option.description} (${yes}: without a name)` : option.description,
      flag: option.flags,
      choices: option.argChoices ?? [],
    };
  });
  const settings = draft.get(settingsKey);
  return [
    ...items,
    {
      key: settingsKey,
      value: settings ?? '',
      origin: settings === undefined ? 'default' : 'what was typed',
      isChanged: settings !== undefined,
      description: `${run.registeredArguments[0]!.description}, divided by blanks`,
      flag: 'key=value...',
      choices: [],
    },
  ];
}

/** What an option is where nothing is typed; '' where it is left out. */
const usualOf = ({ defaultValue }: Option): string => (defaultValue === undefined ? '' : String(defaultValue));

/** The draft with a typed value; nothing, or what it is anyway, leaves it out. Returned is what is wrong with the value, where something is. */
export function withGlueValue(draft: GlueDraft, key: string, text: string): GlueDraft | string {
  const value = text.trim();
  const usual = glueItems(new Map()).find((item) => item.key === key)!.value;
  const next = new Map(draft);
  if (value === '' || value === usual) next.delete(key);
  else next.set(key, value);
  try {
    parseGlue(next);
    return next;
  } catch (error) {
    const { message, fix } = error as { message: string; fix?: string };
    return [message.replace(/^error: /, ''), ...(fix === undefined ? [] : [fix])].join(': ');
  }
}

/** The command line that runs it, as words. */
export function glueWords(draft: GlueDraft): string[] {
  const run = runCommand();
  const words = run.options.flatMap((option) => {
    const text = draft.get(option.long!.replace('--', ''));
    if (text === undefined) return [];
    if (option.optional && text === yes) return [option.long!];
    return option.optional || text.startsWith('-') ? [`${option.long}=${text}`] : [option.long!, text];
  });
  const settings = draft.get(settingsKey)?.split(/\s+/) ?? [];
  return ['distiltune', 'glue', 'run', ...words, ...settings];
}

/**
 * What the words ask for, as the command reads them.
 * @throws UsageError, or commander's error, for what it would refuse
 */
export function parseGlue(draft: GlueDraft): { settings: string[]; flags: RunFlags } {
  const run = runCommand();
  let parsed: { settings: string[]; flags: RunFlags } | null = null;
  run.action((settings: string[], flags: RunFlags) => {
    parsed = { settings, flags };
  });
  run.parse(glueWords(draft).slice(3), { from: 'user' });
  const { settings, flags } = parsed!;
  parseTasks(flags.tasks);
  parseSeeds(flags.seeds);
  parseOwnFiles(flags);
  resolveSettings({ usual: false, commandLine: settings.map(ofArgument) });
  return { settings, flags };
}
