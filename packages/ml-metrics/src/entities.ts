/** How tags mark where an entity begins and ends. Every tag is `O`, or a prefix and a type: `B-PER`. */
export type TagScheme = 'IOB1' | 'IOB2' | 'IOBES';

/** How tags are read: as conlleval does, whatever the scheme, or strictly by one scheme. */
export type TagReading =
  | {
      /**
       * The rules of conlleval (CoNLL-2000), which seqeval has as its default: an entity begins at B, S or wherever the type
       * changes or something follows O, and lasts as long as the type stays. Tags that do not follow a scheme still make
       * entities.
       */
      mode?: 'conlleval' | undefined;
      scheme?: TagScheme | undefined;
    }
  | {
      /** seqeval's strict mode: only tags that follow the scheme make an entity. */
      mode: 'strict';
      scheme: TagScheme;
    };

/** Tokens start to end - 1 of a sentence. */
export interface EntitySpan {
  /** `_` where the tags are prefixes alone. */
  type: string;
  start: number;
  end: number;
}

type Prefix = 'B' | 'I' | 'O' | 'E' | 'S';

interface Tag {
  prefix: Prefix;
  type: string;
}

const prefixesOf: Record<TagScheme, string> = { IOB1: 'BIO', IOB2: 'BIO', IOBES: 'BIOES' };

const outside: Tag = { prefix: 'O', type: '_' };

/**
 * The entities of one sentence, from left to right.
 * @param tags one per token
 * @throws RangeError when a tag is neither O nor a prefix of the scheme (B, I, E, S where none is given) with a type
 */
export function entitySpans(tags: readonly string[], reading: TagReading = {}): EntitySpan[] {
  const allowed = reading.scheme === undefined ? 'BIOES' : prefixesOf[reading.scheme];
  const parsed = tags.map((tag, i) => parseTag(tag, i, allowed));
  return reading.mode === 'strict' ? strictSpans(parsed, reading.scheme) : lenientSpans(parsed);
}

function parseTag(tag: string, at: number, allowed: string): Tag {
  if (tag === 'O') return outside;
  const prefix = tag.charAt(0);
  if (prefix === '' || prefix === 'O' || !allowed.includes(prefix) || (tag.length > 1 && tag.charAt(1) !== '-')) {
    const prefixes = [...allowed].filter((letter) => letter !== 'O').join(', ');
    throw new RangeError(`tag ${at} is "${tag}": expected O, or one of ${prefixes} with a type, as in B-PER`);
  }
  return { prefix: prefix as Prefix, type: tag.slice(2) || '_' };
}

function lenientSpans(tags: readonly Tag[]): EntitySpan[] {
  const spans: EntitySpan[] = [];
  let start = 0;
  let previous = outside;
  for (let i = 0; i <= tags.length; i++) {
    const tag = tags[i] ?? outside;
    if (lenientEnd(previous, tag)) spans.push({ type: previous.type, start, end: i });
    if (lenientStart(previous, tag)) start = i;
    previous = tag;
  }
  return spans;
}

function lenientEnd(previous: Tag, tag: Tag): boolean {
  if (previous.prefix === 'O') return false;
  if (previous.prefix === 'E' || previous.prefix === 'S' || previous.type !== tag.type) return true;
  return tag.prefix === 'B' || tag.prefix === 'S' || tag.prefix === 'O';
}

function lenientStart(previous: Tag, tag: Tag): boolean {
  if (tag.prefix === 'O') return false;
  if (tag.prefix === 'B' || tag.prefix === 'S' || previous.type !== tag.type) return true;
  return previous.prefix === 'O' || previous.prefix === 'E' || previous.prefix === 'S';
}

/** What a tag does in a scheme, given the one before it. */
interface SchemeRules {
  starts(previous: Tag, tag: Tag): boolean;
  continues(previous: Tag, tag: Tag): boolean;
  /** Whether the entity that the previous tag belongs to is complete before this tag. */
  ends(previous: Tag, tag: Tag): boolean;
}

const sameType = (previous: Tag, tag: Tag) => previous.type === tag.type;

/**
 * The tables of seqeval 1.2.2, scheme.py, among them its reading of IOB1: a B tag separates two entities of one type, and
 * begins none after O or another type.
 */
const rules: Record<TagScheme, SchemeRules> = {
  IOB1: {
    starts: (previous, tag) => {
      if (tag.prefix === 'B') return previous.prefix !== 'O' && sameType(previous, tag);
      return tag.prefix === 'I' && (previous.prefix !== 'I' || !sameType(previous, tag));
    },
    continues: (previous, tag) => tag.prefix === 'I' && previous.prefix !== 'O' && sameType(previous, tag),
    ends: (previous, tag) => {
      if (tag.prefix === 'O') return previous.prefix !== 'O';
      if (tag.prefix === 'I') return previous.prefix !== 'O' && !sameType(previous, tag);
      return previous.prefix === 'I' || (previous.prefix === 'B' && sameType(previous, tag));
    },
  },
  IOB2: {
    starts: (_, tag) => tag.prefix === 'B',
    continues: (previous, tag) => tag.prefix === 'I' && previous.prefix !== 'O' && sameType(previous, tag),
    ends: (previous, tag) => previous.prefix !== 'O' && (tag.prefix !== 'I' || !sameType(previous, tag)),
  },
  IOBES: {
    starts: (_, tag) => tag.prefix === 'B' || tag.prefix === 'S',
    continues: (previous, tag) => {
      const open = previous.prefix === 'B' || previous.prefix === 'I';
      return open && (tag.prefix === 'I' || tag.prefix === 'E') && sameType(previous, tag);
    },
    ends: (previous) => previous.prefix === 'E' || previous.prefix === 'S',
  },
};

function strictSpans(tags: readonly Tag[], scheme: TagScheme): EntitySpan[] {
  const { starts, continues, ends } = rules[scheme];
  const at = (i: number) => tags[i] ?? outside;
  const spans: EntitySpan[] = [];
  for (let start = 0; start < tags.length; ) {
    if (!starts(at(start - 1), at(start))) {
      start++;
      continue;
    }
    let end = start + 1;
    while (end < tags.length && continues(at(end - 1), at(end))) end++;
    if (ends(at(end - 1), at(end))) spans.push({ type: at(start).type, start, end });
    start = end;
  }
  return spans;
}
