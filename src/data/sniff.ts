import { labelNames, textNames } from './column-names.ts';
import { cellsOf, chooseDelimiter, commonWidth, isBlankLine, isDocumentStart } from './conll-layout.ts';
import type { ExampleWishes } from './example-kinds.ts';
import { isJsonLines } from './json-format.ts';
import { readJsonLines } from './json-lines.ts';
import { maxSampleLength } from './limits.ts';
import { parseTag } from './tags.ts';
import type { TextSource } from './text-source.ts';
import { detectRecordLayout, type RecordLayout } from './token-records.ts';
import type { TaskType } from './types.ts';

/** What a file is, by its content. */
export type Sniffed =
  | { kind: 'squad' | 'question-records' | 'conll' | 'json-table' | 'table' }
  | { kind: 'token-records'; layout: RecordLayout };

type Fields = Record<string, unknown>;

const sampledRows = 100;
const conllNames = /\.(?:conll\w*|iob[12]?|iobes|bio|bioes|bilou)$/i;

/**
 * Finds out what a file is. A task that was asked for decides where the content leaves it open.
 * @throws DataError for JSON that is neither SQuAD's nor an object a line
 */
export async function sniff(text: TextSource, wishes: ExampleWishes): Promise<Sniffed> {
  const task = wishes.task === undefined || wishes.task === 'auto' ? null : wishes.task;
  if (isSquad(text, task)) return { kind: 'squad' };
  if (isJsonLines(text.head, text.name)) return sniffRecords(await firstRecords(text), wishes, task);
  return { kind: conllNames.test(text.name) || looksLikeConll(text, wishes, task) ? 'conll' : 'table' };
}

function isSquad({ head, name }: TextSource, task: TaskType | null): boolean {
  if (/\.(?:jsonl|ndjson)$/i.test(name) || !/^\s*\{/.test(head)) return false;
  const line = head.trimStart().split(/\r?\n/, 1)[0]!;
  try {
    const { data } = JSON.parse(line) as Fields;
    return (
      Array.isArray(data) &&
      data.every((article) => article?.paragraphs !== undefined || article?.context !== undefined)
    );
  } catch {
    // Over several lines, or one line longer than the head.
    if (task === 'question-answering' && /\.json$/i.test(name)) return true;
    return /"data"\s*:\s*\[/.test(head) && /"(?:paragraphs|qas|context)"\s*:/.test(head);
  }
}

async function firstRecords(text: TextSource): Promise<Fields[]> {
  const sample: Fields[] = [];
  let length = 0;
  async function* read() {
    for await (const piece of text.read()) {
      length += piece.length;
      yield piece;
    }
  }
  for await (const lines of readJsonLines(read(), false)) {
    for (const line of lines) if ('value' in line) sample.push(line.value);
    if (sample.length >= sampledRows || (sample.length > 0 && length > maxSampleLength)) break;
  }
  return sample.slice(0, sampledRows);
}

const answerKeys = ['answers', 'answer', 'answer_text', 'is_impossible'];

function sniffRecords(sample: readonly Fields[], wishes: ExampleWishes, task: TaskType | null): Sniffed {
  const has = (names: readonly string[], type: (value: unknown) => boolean) =>
    sample.some((fields) => Object.keys(fields).some((key) => names.includes(key.toLowerCase()) && type(fields[key])));
  const isString = (value: unknown) => typeof value === 'string';
  const isPlain = (value: unknown) => value !== null && typeof value !== 'object';
  const hasLabel = has(labelNames, isPlain);
  if (has(['question'], isString) && has(['context'], isString)) {
    if (task === 'question-answering') return { kind: 'question-records' };
    if (task === null && (has(answerKeys, () => true) || !hasLabel)) return { kind: 'question-records' };
  }
  const isForTokens = task === 'token-classification';
  const layout = detectRecordLayout(sample, wishes, isForTokens && wishes.labelRequired === false);
  if (layout === null || task === 'question-answering') return { kind: 'json-table' };
  const hasText = has(textNames, isString) || has(['text_a', 'sentence1', 'premise'], isString);
  // Tags and entities beside a text with a label may be what is known of it besides.
  const mayBeTable = hasText && (task !== null || hasLabel);
  return !isForTokens && mayBeTable ? { kind: 'json-table' } : { kind: 'token-records', layout };
}

const sampledLines = 2000;

/** Whether lines are words in columns: as many columns everywhere, and a last one of tags. */
function looksLikeConll({ head, headIsAll }: TextSource, wishes: ExampleWishes, task: TaskType | null): boolean {
  if (/^(?:[ \t]*\r?\n)*-DOCSTART-[ \t\r\n]/.test(head)) return true;
  const lines = head.split(/\r\n?|\n/, sampledLines + 1);
  // The last may be cut off.
  if (lines.length > sampledLines || !headIsAll) lines.pop();
  const { rows, blocks } = wordLines(lines);
  if (rows.length < 2) return false;
  const delimiter = chooseDelimiter(rows, null).value;
  const cells = rows.map((row) => cellsOf(row, delimiter));
  const { width, share } = commonWidth(cells);
  const isForTokens = task === 'token-classification';
  if (width === 1) return isForTokens && (blocks > 1 || wishes.labelRequired !== false) && share === 1;
  const regular = cells.filter((row) => row.length === width);
  const withBlanks = regular.filter((row) => row.some((cell) => cell.includes(' '))).length;
  if (share < 0.9 || withBlanks > regular.length / 5) return false;
  if (isForTokens) return true;
  const tags = regular.map((row) => row.at(-1)!);
  const entityTags = tags.filter((tag) => parseTag(tag) !== undefined);
  const isTagged = entityTags.length >= 0.9 * tags.length && (entityTags.some((tag) => tag !== 'O') || blocks > 1);
  if (isTagged) return true;
  const isNumbered = width === 10 && regular.every(([first]) => /^\d+(?:[-.]\d+)?$/.test(first!));
  // Plain classes: sentences divided by blank lines, and few different tags.
  const isClassed =
    share === 1 &&
    withBlanks === 0 &&
    blocks >= 3 &&
    rows.length >= 3 * blocks &&
    4 * new Set(tags).size <= tags.length;
  return isNumbered || isClassed;
}

/** The lines that are no comment, and in how many blocks blank lines divide them. */
function wordLines(lines: readonly string[]): { rows: string[]; blocks: number } {
  const rows: string[] = [];
  let blocks = 0;
  let isBetween = true;
  for (const line of lines) {
    if (isBlankLine(line) || isDocumentStart(line)) isBetween = true;
    else if (!(isBetween && line.startsWith('#'))) {
      if (isBetween) blocks++;
      isBetween = false;
      rows.push(line);
    }
  }
  return { rows, blocks };
}
