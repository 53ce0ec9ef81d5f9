import { utf16Indices } from '../text/utf16-offsets.ts';
import { splitWords } from '../text/words.ts';
import { isLongLabel, longTag } from './limits.ts';
import { shorten, shortenJson } from './shorten.ts';
import type { ExampleNote, TokenExample } from './types.ts';

/** What offsets count. */
export type OffsetUnit = 'utf-16' | 'code-points';

/** A stretch of a text and what it is, as a file has it. */
export interface EntitySpan {
  start: number;
  /** Exclusive. */
  end: number;
  label: string;
  /** What stands there, where the file says it. */
  text?: string;
}

const startKeys = ['start', 'start_offset', 'begin'];
const endKeys = ['end', 'end_offset', 'stop'];
const labelKeys = ['label', 'type', 'tag', 'entity_type', 'entity_group', 'entity'];
const textKeys = ['text', 'word', 'surface'];

/** Whether a value can be meant as an entity: an object with a start, or `[start, end, label]`. */
export function looksLikeEntity(value: unknown): boolean {
  if (Array.isArray(value)) return typeof value[0] === 'number' && typeof value[1] === 'number';
  return typeof value === 'object' && value !== null && startKeys.some((key) => key in value);
}

/** An entity of JSON; or why it is none. */
export function parseEntity(value: unknown): EntitySpan | string {
  let [start, end, label, text]: unknown[] = [];
  if (Array.isArray(value)) [start, end, label] = value;
  else if (typeof value === 'object' && value !== null) {
    const first = (keys: string[]) => (value as Record<string, unknown>)[keys.find((key) => key in value) ?? ''];
    [start, end, label, text] = [first(startKeys), first(endKeys), first(labelKeys), first(textKeys)];
  }
  if (!Number.isInteger(start) || !Number.isInteger(end) || typeof label !== 'string' || label.trim() === '') {
    return `not an entity: ${shortenJson(value)}; write {"start": 0, "end": 5, "label": "NAME"}`;
  }
  if (isLongLabel(label)) return longTag;
  const span: EntitySpan = { start: start as number, end: end as number, label: label.trim() };
  if (typeof text === 'string') span.text = text;
  return span;
}

/**
 * Splits a text into words and gives each the tag (IOB2) of the entity that it stands in. An entity that begins or ends
 * inside a word has the whole word, and a note.
 * @returns why it cannot be: an entity outside the text, empty, without a word, not at its text, over another
 */
export function tagSpans(
  text: string,
  spans: readonly EntitySpan[],
  unit: OffsetUnit,
): Pick<TokenExample, 'words' | 'tags' | 'offsets' | 'notes'> | string {
  const { words, offsets } = splitWords(text);
  if (words.length === 0) return 'the text has no words';
  const measured = measure(text);
  const notes: ExampleNote[] = [];
  const placed: EntitySpan[] = [];
  for (const span of spans) {
    const place = locate(measured, span, unit, notes);
    if (typeof place === 'string') return place;
    placed.push(place);
  }
  placed.sort((a, b) => a.start - b.start || a.end - b.end);
  const tags = words.map(() => 'O');
  let word = 0;
  let previous: EntitySpan | undefined;
  for (const span of placed) {
    // The same entity, written twice.
    if (previous?.start === span.start && previous.end === span.end && previous.label === span.label) continue;
    if (previous !== undefined && span.start < previous.end)
      return `the entities ${name(previous)} and ${name(span)} overlap`;
    while (word < words.length && offsets[word]![1] <= span.start) word++;
    const first = word;
    let after = first;
    while (after < words.length && offsets[after]![0] < span.end) after++;
    if (after === first) return `the entity ${name(span)} holds no word`;
    if (tags[first] !== 'O')
      return `the entities ${name(previous!)} and ${name(span)} share the word "${shorten(words[first]!)}"`;
    for (let i = first; i < after; i++) tags[i] = `${i === first ? 'B' : 'I'}-${span.label}`;
    const isCutBefore = offsets[first]![0] < span.start;
    if (isCutBefore || offsets[after - 1]![1] > span.end) {
      const cut = isCutBefore ? first : after - 1;
      notes.push({
        kind: 'cut-word',
        reason: `"${shorten(text.slice(span.start, span.end))}" (${name(span)}) ${isCutBefore ? 'begins' : 'ends'} inside the word "${shorten(words[cut]!)}"`,
      });
    }
    previous = span;
  }
  return notes.length === 0 ? { words, tags, offsets } : { words, tags, offsets, notes };
}

/** A text whose code points are counted at most once, however many entities it has. */
interface MeasuredText {
  text: string;
  /** The UTF-16 index of each code point, and of the end; undefined: the same. */
  indices(): Uint32Array | undefined;
}

function measure(text: string): MeasuredText {
  let indices: { found: Uint32Array | undefined } | null = null;
  return {
    text,
    indices() {
      indices ??= { found: utf16Indices(text) };
      return indices.found;
    },
  };
}

/** The entity in UTF-16 units; or why it is nowhere. */
function locate(measured: MeasuredText, span: EntitySpan, unit: OffsetUnit, notes: ExampleNote[]): EntitySpan | string {
  const { text } = measured;
  const wanted = span.text;
  const own = inUnits(measured, span, unit);
  if (own !== null && (wanted === undefined || text.slice(own.start, own.end) === wanted)) return own;
  if (wanted !== undefined) {
    const otherUnit = unit === 'utf-16' ? 'code-points' : 'utf-16';
    const other = inUnits(measured, span, otherUnit);
    if (other !== null && text.slice(other.start, other.end) === wanted) {
      const counted = otherUnit === 'utf-16' ? 'UTF-16 units' : 'code points';
      notes.push({
        kind: 'offset',
        reason: `the entity ${name(span)} counts ${counted}, as its text "${shorten(wanted)}" shows`,
      });
      return other;
    }
  }
  if (span.end === span.start) return `the entity ${name(span)} is empty`;
  if (span.end < span.start) return `the entity ${name(span)} ends before it begins`;
  if (own === null) return `the entity ${name(span)} is outside the text, which ends at ${lengthIn(measured, unit)}`;
  return `the entity ${name(span)} is "${shorten(text.slice(own.start, own.end))}" in the text, not "${shorten(wanted!)}"`;
}

/** null where the text has no such place. */
function inUnits(measured: MeasuredText, span: EntitySpan, unit: OffsetUnit): EntitySpan | null {
  const { start, end } = span;
  if (start < 0 || end <= start || end > lengthIn(measured, unit)) return null;
  const indices = unit === 'code-points' ? measured.indices() : undefined;
  return indices === undefined ? span : { ...span, start: indices[start]!, end: indices[end]! };
}

function lengthIn({ text, indices }: MeasuredText, unit: OffsetUnit): number {
  const counted = unit === 'code-points' ? indices() : undefined;
  return counted === undefined ? text.length : counted.length - 1;
}

function name({ start, end, label }: EntitySpan): string {
  return `${start}-${end} ${shorten(label)}`;
}
