import { Command } from 'commander';
import { UsageError } from '../../../src/errors.ts';
import { type Field, fieldOf, isSwitch } from '../../config/fields.ts';
import { addSettingFlags, settingsOfCommand, sortArguments } from '../../config/flags.ts';
import { type Resolved, resolveSettings, settingOf } from '../../config/resolve.ts';
import { checkValue, valueOfText } from '../../config/values.ts';
import type { Environment } from '../../environment.ts';
import { packageVersion } from '../../program.ts';
import { expandFolder } from '../../run/data.ts';
import type { TrainJob } from '../../run/job.ts';
import { savedRunConfig } from '../../run/resume-changes.ts';
import { checkOutput, checkResumable, defaultRunFolder } from '../../run/run-folder.ts';

/** A run that is being put together. It becomes the words of a command line, and these are what is read. */
export interface Draft {
  /** The file or folder to train on, or a config file that names it. */
  data: string;
  /** Settings that were changed, as they were typed, by key. */
  edits: ReadonlyMap<string, string>;
  /** Folder of the run; null: named after the data. */
  output: string | null;
}

/** The draft with another text for a setting; null: not changed. */
export function edited(draft: Draft, key: string, text: string | null): Draft {
  const edits = new Map(draft.edits);
  if (text === null) edits.delete(key);
  else edits.set(key, text);
  return { ...draft, edits };
}

/** Undefined for a text that the setting takes; otherwise what is wrong with it. */
export function wrongIn(key: string, text: string): string | undefined {
  const field = fieldOf.get(key)!;
  return checkValue(field, valueOfText(field, text));
}

/** What a person types for a value. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  if (typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-3) return value.toExponential();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The command line that starts the run, as words. */
export function wordsOf({ data, edits, output }: Draft): string[] {
  const settings = [...edits].flatMap(([key, text]) => wordsOfSetting(fieldOf.get(key)!, text));
  return ['distiltune', 'train', dataWord(data), ...settings, ...(output === null ? [] : optionWords('-o', output))];
}

function wordsOfSetting(field: Field, text: string): string[] {
  const flag = field.flag?.split(' ')[0];
  if (flag === undefined) return [`${field.key}=${text}`];
  if (!isSwitch(field)) return optionWords(flag, text);
  if (text === 'true') return [flag];
  return text === 'false' ? [flag.replace('--', '--no-')] : [`${field.key}=${text}`];
}

/** A value that looks like an option belongs to its flag. */
function optionWords(flag: string, value: string): string[] {
  if (!value.startsWith('-')) return [flag, value];
  return flag.startsWith('--') ? [`${flag}=${value}`] : [`${flag}${value}`];
}

/** A file whose name looks like an option, a setting or standard input is named by its place. */
function dataWord(data: string): string {
  const isOther = data.startsWith('-') || sortArguments([data]).settings.length > 0;
  return isOther ? `./${data}` : data;
}

/**
 * The settings that the draft's command line asks for, with those of the environment and of the config file of this folder.
 * @throws UsageError with everything that is wrong
 */
export function resolveDraft(draft: Draft, environment: Environment): Resolved {
  const command = addSettingFlags(new Command('train').argument('[words...]').option('-o, --output <RUN>'))
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  command.parse(wordsOf(draft).slice(2), { from: 'user' });
  const { data, configs, settings } = sortArguments(command.args);
  const also = data.map((value) => ({ key: 'data.train', value, origin: `${value} on the command line` }));
  return settingsOfCommand(command, { settings, config: configs[0] ?? null, also }, environment);
}

/** The settings to show of a draft that may have a mistake. */
export interface Shown {
  /** Of the draft; where it has a mistake, as they are without its changes; where these have one, the defaults. */
  resolved: Resolved;
  /** As they are without the draft's changes. */
  base: Resolved;
  problem: { error: unknown } | null;
}

export function shownSettings(draft: Draft, environment: Environment): Shown {
  let base: Resolved;
  try {
    base = resolveDraft({ ...draft, edits: new Map() }, environment);
  } catch (error) {
    const resolved = resolveSettings({ usual: false });
    return { resolved, base: resolved, problem: { error } };
  }
  try {
    return { resolved: resolveDraft(draft, environment), base, problem: null };
  } catch (error) {
    return { resolved: base, base, problem: { error } };
  }
}

/** The settings with the files of a folder in their places. @throws DataError when it has none to train on */
export const expanded = async ({ settings, origins }: Resolved): Promise<Resolved> => ({
  settings: await expandFolder(settings, (key) => origins[key] !== 'default'),
  origins,
});

/**
 * What the training process is asked to do.
 * @throws UsageError when a setting or the run's folder cannot be used; DataError when the folder has nothing to train on
 */
export async function jobOf(draft: Draft, environment: Environment): Promise<TrainJob> {
  const resolved = resolveDraft(draft, environment);
  const isAsked = draft.output !== null;
  if (isAsked) await checkOutput(draft.output!, false);
  // Named after what was chosen, not after the train file of a folder.
  const folder = draft.output ?? defaultRunFolder(resolved.settings.data.train ?? 'run');
  return { ...(await expanded(resolved)), output: { folder, isAsked }, ...usual };
}

/** The same of a run that is to go on after its newest checkpoint. @throws UsageError when it cannot */
export async function resumeJobOf(run: string, environment: Environment): Promise<TrainJob> {
  checkResumable(run);
  const saved = await savedRunConfig(run);
  const given = [...fieldOf.keys()].map((key) => {
    return { key, value: settingOf(saved, key) ?? null, origin: `${run}/config.json` };
  });
  const resolved = resolveSettings({ commandLine: given, variables: environment.settings });
  if (resolved.settings.data.train === '-') {
    throw new UsageError('the run was trained on standard input', {
      where: run,
      fix: `give the rows again: distiltune train --resume ${run} < FILE`,
    });
  }
  return { ...resolved, output: { folder: run, isAsked: true }, ...usual, resume: true };
}

const usual = { resume: false, dryRun: false, requirements: [], version: packageVersion() };
