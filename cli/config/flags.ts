import type { Command } from 'commander';
import type { Environment } from '../environment.ts';
import { fieldOf, fields, type Given, isSwitch } from './fields.ts';
import { ofArgument, ofFlag, type Resolved, resolveSettings } from './resolve.ts';

/** Adds a flag for every setting that has one. */
export function addSettingFlags(command: Command): Command {
  for (const field of fields) {
    if (field.flag === undefined) continue;
    command.option(field.flag, field.description);
    if (isSwitch(field)) command.option(field.flag.replace('--', '--no-'));
  }
  return command;
}

const keyValue = /^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*=/;

/** The arguments of a command that takes a file or two and settings. */
export function sortArguments(args: string[]): { data: string[]; configs: string[]; settings: string[] } {
  const settings = args.filter((argument) => keyValue.test(argument));
  const files = args.filter((argument) => !keyValue.test(argument));
  const isConfig = (file: string) => /\.ya?ml$/i.test(file);
  return { settings, configs: files.filter(isConfig), data: files.filter((file) => !isConfig(file)) };
}

/** The settings that a command line with `addSettingFlags` and `key=value` arguments asks for. */
export function settingsOfCommand(
  command: Command,
  { settings, config, also = [] }: { settings: string[]; config: string | null; also?: Given[] },
  environment: Environment,
): Resolved {
  const flags: Given[] = [];
  for (const field of fieldOf.values()) {
    if (field.flag === undefined) continue;
    const value = command.getOptionValue(optionName(field.flag));
    // A `--no-name` makes commander set the default `true`, which nobody asked for.
    if (value !== undefined && command.getOptionValueSource(optionName(field.flag)) === 'cli') {
      flags.push(ofFlag(field, value as string | boolean));
    }
  }
  return resolveSettings({
    commandLine: [...also, ...flags, ...settings.map(ofArgument)],
    variables: environment.settings,
    file: config,
  });
}

function optionName(flag: string): string {
  return flag
    .split(' ')[0]!
    .replace(/^--/, '')
    .replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
