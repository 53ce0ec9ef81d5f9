/**
 * How tags write entities. Each tag is a prefix and a type ("B-PER"), or O.
 *
 * - IOB1: I- everywhere; B- only where an entity follows another of its type at once.
 * - IOB2: every entity begins with B- and goes on with I-.
 * - IOBES: as IOB2, but ends with E-, and S- is an entity of one word. (BMES: M- for I-.)
 * - BILOU: IOBES with L- for E- and U- for S-.
 * - none: plain classes (NOUN, VERB): no entities.
 */
export type TagScheme = 'IOB1' | 'IOB2' | 'IOBES' | 'BILOU' | 'none';

export const tagSchemes: readonly TagScheme[] = ['IOB1', 'IOB2', 'IOBES', 'BILOU', 'none'];

/** A tag as what it says: where in an entity of which type its word stands. */
export interface TagParts {
  role: 'outside' | 'begin' | 'inside' | 'end' | 'single';
  /** `''` outside. */
  type: string;
}

/** What the first letter of a tag says. */
export const roles: Readonly<Record<string, TagParts['role']>> = {
  B: 'begin',
  I: 'inside',
  M: 'inside',
  E: 'end',
  L: 'end',
  S: 'single',
  U: 'single',
  W: 'single',
};

export const outside: TagParts = { role: 'outside', type: '' };

const prefixesOf: Record<Exclude<TagScheme, 'none'>, string> = {
  IOB1: 'BI',
  IOB2: 'BI',
  IOBES: 'BIMESW',
  BILOU: 'BILU',
};

/** The parts of a tag; undefined when it is neither O nor a prefix and a type. */
export function parseTag(tag: string): TagParts | undefined {
  if (tag === 'O') return outside;
  const separator = tag[1];
  if ((separator !== '-' && separator !== '_') || tag.length < 3) return undefined;
  const role = roles[tag[0]!];
  return role === undefined ? undefined : { role, type: tag.slice(2) };
}

/** Whether a scheme has the tag. */
export function isTagOf(tag: string, scheme: TagScheme): boolean {
  if (scheme === 'none') return tag !== '';
  return tag === 'O' || (parseTag(tag) !== undefined && prefixesOf[scheme].includes(tag[0]!));
}

/** Whether a word begins an entity, given the word before it: the same in all schemes (conlleval's `startOfChunk`). */
export function begins(previous: TagParts, current: TagParts): boolean {
  if (current.role === 'outside') return false;
  if (current.role === 'begin' || current.role === 'single') return true;
  return previous.type !== current.type || previous.role === 'end' || previous.role === 'single';
}

/**
 * The tags of one sentence as IOB2. A tag that its neighbours do not allow (see `tagProblems`) begins an entity.
 * Plain classes stay as they are.
 * @param tags each of them `isTagOf` the scheme
 */
export function toIob2(tags: readonly string[], scheme: TagScheme): string[] {
  if (scheme === 'none') return [...tags];
  let previous = outside;
  return tags.map((tag) => {
    const current = parseTag(tag)!;
    const prefix = begins(previous, current) ? 'B' : 'I';
    previous = current;
    return current.role === 'outside' ? 'O' : `${prefix}-${current.type}`;
  });
}

/** A tag that its scheme does not allow beside its neighbours. */
export interface TagProblem {
  /** Index of the word. */
  index: number;
  /** "I-PER after B-LOC". */
  problem: string;
}

/**
 * The places of a sentence that do not follow the scheme.
 * @param tags each of them `isTagOf` the scheme
 */
export function tagProblems(tags: readonly string[], scheme: TagScheme): TagProblem[] {
  if (scheme === 'none') return [];
  const problems: TagProblem[] = [];
  const add = (index: number, problem: string) => problems.push({ index, problem });
  const hasEnds = scheme === 'IOBES' || scheme === 'BILOU';
  let previous = outside;
  tags.forEach((tag, index) => {
    const current = parseTag(tag)!;
    const place = index === 0 ? 'at the start of the sentence' : `after ${tags[index - 1]}`;
    const continues = previous.type === current.type && previous.role !== 'outside';
    const isOpen = previous.role === 'begin' || previous.role === 'inside';
    const opens = current.role === 'begin' || current.role === 'single';
    if (hasEnds && isOpen && (opens || !continues)) {
      add(index - 1, `${tags[index - 1]} before ${tag}: the entity does not end`);
    }
    if (scheme === 'IOB1') {
      if (current.role === 'begin' && !continues) add(index, `${tag} ${place}: IOB1 begins an entity there with I-`);
    } else if (current.role !== 'outside' && !opens && begins(previous, current)) {
      add(index, `${tag} ${place}`);
    }
    previous = current;
  });
  if (hasEnds && (previous.role === 'begin' || previous.role === 'inside')) {
    add(tags.length - 1, `${tags.at(-1)} at the end of the sentence: the entity does not end`);
  }
  return problems;
}

/** Tags in the order of their class numbers: O, then the types alphabetically, B- before I-; plain classes alphabetically. */
export function orderTags(tags: Iterable<string>): string[] {
  const collator = new Intl.Collator('en', { numeric: true });
  const key = (tag: string) => parseTag(tag) ?? { role: 'begin', type: tag };
  return [...new Set(tags)].sort((a, b) => {
    if (a === 'O' || b === 'O') return a === 'O' ? -1 : 1;
    const [left, right] = [key(a), key(b)];
    return (
      collator.compare(left.type, right.type) ||
      (left.type < right.type ? -1 : left.type > right.type ? 1 : 0) ||
      (a < b ? -1 : 1)
    );
  });
}

/** The entities of IOB2 tags: words from `start` to before `end`. An I- that follows no entity of its type begins one. */
export function entitiesOf(tags: readonly string[]): { type: string; start: number; end: number }[] {
  const entities: { type: string; start: number; end: number }[] = [];
  tags.forEach((tag, index) => {
    const prefix = tag.slice(0, 2);
    if (prefix !== 'B-' && prefix !== 'I-') return;
    const type = tag.slice(2);
    const last = entities.at(-1);
    if (prefix === 'I-' && last?.end === index && last.type === type) last.end = index + 1;
    else entities.push({ type, start: index, end: index + 1 });
  });
  return entities;
}
