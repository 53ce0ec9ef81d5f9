import { DataError } from '../errors.ts';
import { shorten } from './shorten.ts';
import { begins, isTagOf, orderTags, outside, parseTag, roles, type TagScheme, tagSchemes, toIob2 } from './tags.ts';
import type { Choice } from './types.ts';

/** More different tags than any task has: these are words. */
const mostTags = 10_000;

/** Looks through the tags of a file, sentence by sentence. */
export interface TagSurvey {
  /** @throws DataError where there are more than 10,000 different tags */
  add(tags: readonly string[]): void;
  /** How the tags write entities. @param asked a scheme that a person named */
  scheme(asked?: TagScheme | null): Choice<TagScheme>;
  /** The tags, as IOB2, of the sentences whose tags are all of the scheme, in the order of `orderTags`. */
  names(scheme: TagScheme): string[];
}

const flag = '--tag-scheme';

/**
 * Plain classes have no prefix. Ends with E- and S-, or L- and U-, are IOBES or BILOU. IOB1 and IOB2 have the same letters
 * and are told apart by how entities begin: always with B- in IOB2; in IOB1 with I-, B- only between two that touch.
 * @param name what errors call the file
 */
export function createTagSurvey(name: string): TagSurvey {
  const letters = new Map<string, number>();
  let plain = 0;
  let firstPlain = '';
  let prefixed = 0;
  /** Entities that begin where IOB1 and IOB2 differ, with B- and with I-. */
  let withB = 0;
  let withI = 0;
  const names: Record<TagScheme, Set<string>> = {
    IOB1: new Set(),
    IOB2: new Set(),
    IOBES: new Set(),
    BILOU: new Set(),
    none: new Set(),
  };
  const schemesOf = new Map<string, ReadonlySet<TagScheme>>();
  const addNames = (tags: readonly string[]) => {
    const ofTags = new Set(tags);
    let schemes: readonly TagScheme[] = tagSchemes;
    for (const tag of ofTags) {
      let own = schemesOf.get(tag);
      if (own === undefined) {
        own = new Set(tagSchemes.filter((scheme) => isTagOf(tag, scheme)));
        schemesOf.set(tag, own);
        if (schemesOf.size > mostTags) throw tooMany(name);
      }
      const known = own;
      if (known.size < tagSchemes.length) schemes = schemes.filter((scheme) => known.has(scheme));
    }
    const isEntities = schemes.length > 1;
    const entityTags = isEntities ? new Set(toIob2(tags, 'IOB2')) : ofTags;
    for (const scheme of schemes) for (const tag of scheme === 'none' ? ofTags : entityTags) names[scheme].add(tag);
  };
  return {
    add(tags) {
      addNames(tags);
      let previous = outside;
      for (const tag of tags) {
        const current = parseTag(tag);
        if (current === undefined) {
          plain++;
          if (firstPlain === '') firstPlain = tag;
          previous = outside;
          continue;
        }
        if (current.role !== 'outside') {
          prefixed++;
          letters.set(tag[0]!, (letters.get(tag[0]!) ?? 0) + 1);
          const touches = previous.type === current.type;
          if (current.role === 'begin' && !touches) withB++;
          if (current.role === 'inside' && begins(previous, current)) withI++;
        }
        previous = current;
      }
    },
    scheme(asked = null) {
      const choose = (value: TagScheme, reason: string) => ({ value, reason, flag });
      if (asked !== null) return choose(asked, 'as asked');
      if (plain > prefixed) {
        const isBare = Object.hasOwn(roles, firstPlain) ? '; entities are written with a type: B-NAME, I-NAME' : '';
        return choose('none', `plain tags, such as "${shorten(firstPlain)}"${isBare}`);
      }
      if (prefixed === 0) return choose('IOB2', 'no entities: every tag is O');
      const count = (some: string) => [...some].reduce((sum, letter) => sum + (letters.get(letter) ?? 0), 0);
      // Every entity has one of these; a few are slips of the pen.
      const needed = (count('B') + count('SWU')) / 2;
      const [iobes, bilou] = [count('ESW'), count('LU')];
      if (iobes > 0 && iobes >= needed) return choose('IOBES', `entities end with ${listed(letters, 'ESW')}`);
      if (bilou > 0 && bilou >= needed) return choose('BILOU', `entities end with ${listed(letters, 'LU')}`);
      if (withI === 0) return choose('IOB2', 'every entity begins with B-');
      if (withB === 0) return choose('IOB1', 'entities begin with I-, B- only divides two that touch');
      const share = (count: number) => `${Math.floor((1000 * count) / (withB + withI)) / 10} % of the entities`;
      return withB >= withI
        ? choose('IOB2', `${share(withB)} begin with B-`)
        : choose('IOB1', `${share(withI)} begin with I-`);
    },
    names: (scheme) => orderTags(names[scheme]),
  };
}

function tooMany(name: string): DataError {
  return new DataError(`there are more than ${mostTags.toLocaleString('en-US')} different tags`, {
    where: name,
    fix: 'these are rather words: name where the tags are with --label-column',
  });
}

function listed(letters: ReadonlyMap<string, number>, some: string): string {
  return [...some]
    .filter((letter) => letters.has(letter))
    .map((letter) => `${letter}-`)
    .join(' and ');
}
