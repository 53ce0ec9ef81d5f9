import { existsSync } from 'node:fs';
import { UsageError } from '../../src/errors.ts';
import { nearest } from '../../src/nearest.ts';
import { defaultSettings, type Settings } from '../../src/trainer/settings.ts';
import { type Field, fieldOf, fields, type Given, variableOf } from './fields.ts';
import { checkValue, valueOfText } from './values.ts';
import { readYamlFile, usualConfigFile } from './yaml-file.ts';

/** Settings with every default filled in. */
export interface Resolved {
  settings: Settings;
  /** Where the value of each key comes from. */
  origins: Record<string, string>;
}

export interface SettingSources {
  /** `key=value` arguments and flags, in their order: the last one counts. */
  commandLine?: Given[];
  /** The `DISTILTUNE_*` variables. */
  variables?: Record<string, string>;
  /** A config file that was named; null: `distiltune.config.yaml` of the working folder, where there is one. */
  file?: string | null;
  /** Whether `distiltune.config.yaml` counts. Default: true. */
  usual?: boolean;
}

/**
 * The settings of a run. The command line wins over the environment, that over the named config file, that over
 * `distiltune.config.yaml` in the working folder, that over the defaults.
 * @throws UsageError with everything that is wrong, each with where it comes from
 */
export function resolveSettings({
  commandLine = [],
  variables = {},
  file = null,
  usual = true,
}: SettingSources): Resolved {
  const hasUsual = usual && file !== usualConfigFile && existsSync(usualConfigFile);
  const ofUsual = hasUsual ? readYamlFile(usualConfigFile) : [];
  const layers = [...ofUsual, ...(file === null ? [] : readYamlFile(file)), ...ofVariables(variables), ...commandLine];
  const problems: Problem[] = [];
  const settings = structuredClone(defaultSettings);
  const origins = Object.fromEntries(fields.map(({ key }) => [key, 'default']));
  for (const given of layers) {
    const field = fieldOf.get(given.key);
    const wrong = field === undefined ? unknownKey(given.key) : checkValue(field, given.value);
    if (wrong !== undefined) {
      problems.push({ ...given, wrong });
    } else {
      assign(settings, given.key, given.value);
      origins[given.key] = given.origin;
    }
  }
  problems.push(...contradictions(settings, origins));
  if (problems.length > 0) throw refusal(problems);
  return { settings, origins };
}

/** The value of a dotted key. */
export function settingOf(settings: Settings, key: string): unknown {
  return key.split('.').reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], settings);
}

/** A `key=value` argument. @throws UsageError when it is none */
export function ofArgument(argument: string): Given {
  const at = argument.indexOf('=');
  const key = argument.slice(0, at);
  const field = fieldOf.get(key);
  const text = argument.slice(at + 1);
  return {
    key,
    value: field === undefined ? text : valueOfText(field, text),
    origin: `${argument} on the command line`,
  };
}

/** A flag's value: text, or true and false of a switch. */
export function ofFlag(field: Field, value: string | boolean): Given {
  const name = field.flag!.split(' ')[0]!;
  if (typeof value === 'boolean') {
    return { key: field.key, value, origin: value ? name : name.replace('--', '--no-') };
  }
  return { key: field.key, value: valueOfText(field, value), origin: name };
}

function ofVariables(variables: Record<string, string>): Given[] {
  const keys = new Map(fields.map(({ key }) => [variableOf(key), key]));
  return Object.entries(variables).map(([name, text]) => {
    const field = fieldOf.get(keys.get(name) ?? '');
    return field === undefined
      ? { key: name, value: text, origin: 'the environment' }
      : { key: field.key, value: valueOfText(field, text), origin: name };
  });
}

interface Problem extends Given {
  wrong: string;
}

function unknownKey(key: string): string {
  if (key.startsWith('DISTILTUNE_')) {
    const meant = nearest(
      key,
      fields.map((field) => variableOf(field.key)),
    );
    return `no setting is named so${meant === undefined ? '' : `; did you mean ${meant}?`}`;
  }
  const inside = fields.filter((field) => field.key.startsWith(`${key}.`)).map((field) => field.key);
  if (inside.length > 0) return `this is a group of settings: ${inside.join(', ')}`;
  const keys = fields.map((field) => field.key);
  // `learningRate` alone is more likely a forgotten group than a typing error.
  const last = (name: string) => name.split('.').at(-1)!;
  const tail = nearest(last(key), keys.map(last));
  const meant = nearest(key, keys) ?? keys.find((known) => last(known) === tail);
  return `there is no such setting${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

function contradictions(settings: Settings, origins: Record<string, string>): Problem[] {
  const problem = (key: string, wrong: string): Problem => ({
    key,
    value: settingOf(settings, key),
    origin: origins[key]!,
    wrong,
  });
  const problems: Problem[] = [];
  const { data, accumulate, batchSize } = settings;
  if (typeof data.validation === 'number' && typeof data.test === 'number' && data.validation + data.test >= 1) {
    problems.push(problem('data.test', `with data.validation=${data.validation} nothing is left to train on`));
  }
  if (accumulate > batchSize) {
    problems.push(
      problem('accumulate', `a step of ${batchSize} rows (batchSize) cannot be split into ${accumulate} parts`),
    );
  }
  return problems;
}

function refusal(problems: Problem[]): UsageError {
  const [first] = problems;
  if (problems.length === 1)
    return new UsageError(`${first!.key}: ${first!.wrong}`, { where: first!.origin, fix: showAll });
  const lines = problems.map(({ key, wrong, origin }) => `  ${key}: ${wrong} (${origin})`);
  return new UsageError(`${problems.length} settings cannot be used:\n${lines.join('\n')}`, { fix: showAll });
}

const showAll = 'distiltune config schema lists every setting and what it takes';

function assign(settings: Settings, key: string, value: unknown): void {
  const parts = key.split('.');
  const last = parts.pop()!;
  const group = parts.reduce<Record<string, unknown>>(
    (target, part) => target[part] as Record<string, unknown>,
    settings as unknown as Record<string, unknown>,
  );
  group[last] = value;
}
