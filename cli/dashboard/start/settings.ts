import { type Field, fieldOf, fields, isSwitch } from '../../config/fields.ts';
import type { Resolved } from '../../config/resolve.ts';
import { settingOf } from '../../config/resolve.ts';
import { shownKeys } from '../../config/template.ts';
import { type Draft, edited, textOf, wrongIn } from './draft.ts';

/** The folder of the run is no setting, but is chosen with them. */
export const outputKey = 'output';

/** A setting as it is listed. */
export interface Item {
  key: string;
  /** As a person would type it. */
  value: string;
  /** Where the value comes from; 'default' for that. */
  origin: string;
  isChanged: boolean;
  description: string;
  /** How the command line gives it. */
  flag: string;
  /** What it may be, where these are few; else empty. */
  choices: readonly string[];
}

/** What is trained on was chosen before. */
const isListed = ({ key }: Field): boolean => key !== 'data.train';

/**
 * The settings in the order of the config file, those that a person looks at first or has changed; or all.
 * @param resolved of the draft; null where it has a mistake: then what was typed and the last good values are shown
 */
export function itemsOf(draft: Draft, resolved: Resolved, folder: string, all: boolean): Item[] {
  const listed = fields.filter(isListed).filter(({ key }) => all || shownKeys.includes(key) || draft.edits.has(key));
  const items = listed.map((field): Item => {
    const { key, description, flag } = field;
    return {
      key,
      value: draft.edits.get(key) ?? textOf(settingOf(resolved.settings, key)),
      origin: resolved.origins[key]!,
      isChanged: draft.edits.has(key),
      description,
      flag: flag ?? `${key}=VALUE`,
      choices: choicesOf(field),
    };
  });
  return [
    ...items,
    {
      key: outputKey,
      value: draft.output ?? folder,
      origin: draft.output === null ? 'default' : '-o',
      isChanged: draft.output !== null,
      description: 'folder of the run; the default is named after the data, and numbered where there is one already',
      flag: '-o <RUN>',
      choices: [],
    },
  ];
}

function choicesOf(field: Field): string[] {
  if (isSwitch(field))
    return field.rules
      .flatMap((rule) => ('type' in rule && rule.type === 'null' ? ['null'] : []))
      .concat('true', 'false');
  const isFree = field.rules.some((rule) => !('enum' in rule) && rule.type !== 'null');
  return isFree ? [] : field.rules.flatMap((rule) => ('enum' in rule ? [...rule.enum] : ['null']));
}

/**
 * The draft with a typed value for a setting; nothing typed is the value without it. What is the value anyway leaves the draft without it, so that the command stays short.
 * @param base value where it is not changed
 * @returns what is wrong with the value, where something is
 */
export function withValue(draft: Draft, key: string, text: string, base: string): Draft | string {
  const value = text.trim();
  if (key === outputKey) return { ...draft, output: value === '' || value === base ? null : value };
  if (value === '') return edited(draft, key, null);
  const wrong = wrongIn(key, value);
  if (wrong !== undefined) return `${key}: ${wrong}`;
  return edited(draft, key, value === base ? null : value);
}

/** The choice after the present one, or before it. */
export function nextChoice({ choices, value }: Item, step: 1 | -1): string | undefined {
  if (choices.length === 0) return undefined;
  return choices[(choices.indexOf(value) + step + choices.length) % choices.length];
}

/** Changes that change how the data is read. */
export const readingKeys = (draft: Draft): string =>
  JSON.stringify([draft.data, ...[...draft.edits].filter(([key]) => isReading(key)).sort()]);

const isReading = (key: string): boolean =>
  key === 'task' || key === 'model' || key === 'maxLength' || (fieldOf.has(key) && key.startsWith('data.'));
