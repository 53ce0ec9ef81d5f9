import type { Choice, ColumnProfile, LabelKind } from './types.ts';

export type LabelTask = 'sequence-classification' | 'regression';

/** Whole numbers with at most this many different values are classes, whatever the values. */
const alwaysClasses = 20;
/** Up to this many, when they count through from 0 or 1 and each comes often: the class numbers of other tools. */
const countedClasses = 1000;
const quantityNames = /score|price|amount|similarity|value|age|count|percent|weight|salary|cost|votes|likes/i;

/** What the values of a label column are. */
export function labelKindOf(profile: ColumnProfile): LabelKind {
  if (profile.kind === 'boolean') return 'booleans';
  if (profile.min === undefined) return 'words';
  return profile.kind === 'numbers' ? 'numbers' : 'whole numbers';
}

/**
 * What the labels ask for: classes, or numbers to come close to (regression). Numbers with decimals are quantities; whole
 * numbers are classes when they are few (ratings of 1 to 5) or look like class numbers.
 */
export function chooseTask(profile: ColumnProfile, asked: LabelTask | null): Choice<LabelTask> {
  const flag = '--task';
  if (asked !== null) return { value: asked, reason: 'as asked', flag };
  const { min, max, distinct } = profile;
  if (min === undefined || max === undefined) {
    return { value: 'sequence-classification', reason: `"${profile.name}" holds words: classes`, flag };
  }
  if (profile.kind === 'numbers') {
    const reason = `"${profile.name}" holds numbers with decimals from ${min} to ${max}: ${flag} sequence-classification makes each a class`;
    return { value: 'regression', reason, flag };
  }
  const filled = profile.rows - profile.empty;
  const countsThrough = (min === 0 || min === 1) && max - min + 1 <= 1.2 * distinct && filled >= 5 * distinct;
  const areClasses =
    distinct <= alwaysClasses || (countsThrough && distinct <= countedClasses && !quantityNames.test(profile.name));
  const values = `${distinct} different whole numbers from ${min} to ${max}`;
  return areClasses
    ? {
        value: 'sequence-classification',
        reason: `"${profile.name}" holds ${values}: classes; ${flag} regression makes them quantities`,
        flag,
      }
    : {
        value: 'regression',
        reason: `"${profile.name}" holds ${values}: quantities; ${flag} sequence-classification makes each a class`,
        flag,
      };
}
