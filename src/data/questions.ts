import { DataError } from '../errors.ts';
import type { ExampleWishes, QuestionsFile } from './example-kinds.ts';
import { readJsonLines } from './json-lines.ts';
import { createQuestionReader, type RawQuestion } from './question-example.ts';
import { readSquad } from './squad.ts';
import type { TextSource } from './text-source.ts';
import type { Choice, QuestionExample, RefusedRow } from './types.ts';

const wanted = '{"question": ..., "context": ..., "answers": {"text": [...], "answer_start": [...]}}';

type Questions = () => AsyncGenerator<(RawQuestion | RefusedRow)[]>;

/**
 * Opens SQuAD's JSON. It is read to its end once, for what it says of itself and to know whether some questions have no answer.
 * @throws DataError when it is no such JSON, or has no question that can be used
 */
export function openSquad(text: TextSource, wishes: ExampleWishes): Promise<QuestionsFile> {
  let version: string | null = null;
  async function* questions() {
    for await (const part of readSquad(text.read(), text.name)) {
      if ('version' in part) version = part.version;
      else yield part.questions;
    }
  }
  return describe(text, 'squad', questions, () => version, wishes);
}

/**
 * Opens JSON Lines of questions. The file is read to its end once, to know whether some have no answer.
 * @throws DataError when no question can be used
 */
export function openQuestionRecords(text: TextSource, wishes: ExampleWishes): Promise<QuestionsFile> {
  async function* questions() {
    for await (const lines of readJsonLines(text.read(), false, wanted)) {
      yield lines.map((row) =>
        'reason' in row ? row : { fields: row.value, context: row.value.context, line: row.line },
      );
    }
  }
  return describe(text, 'jsonl', questions, () => null, wishes);
}

/** @param declaredVersion what the file says of itself; known when all questions have been read */
async function describe(
  text: TextSource,
  format: QuestionsFile['format'],
  questions: Questions,
  declaredVersion: () => string | null,
  wishes: ExampleWishes,
): Promise<QuestionsFile> {
  const examples = (declared1: boolean, onRefused: (row: RefusedRow) => void) =>
    readExamples(questions, { declared1, isJsonLines: format === 'jsonl' }, onRefused);
  let answered = 0;
  let unanswerable = 0;
  let unlabelled = 0;
  let firstRefused: RefusedRow | null = null;
  const onRefused = (row: RefusedRow) => {
    firstRefused ??= row;
  };
  for await (const { answers } of examples(false, onRefused)) {
    if (answers === undefined) unlabelled++;
    else if (answers.length === 0) unanswerable++;
    else answered++;
  }
  if (answered + unanswerable + unlabelled === 0) throw withoutQuestions(firstRefused, format, text.name);
  const declared = declaredVersion();
  const declared1 = declared !== null && /^v?1(?:\.|$)/i.test(declared);
  const isLabelled = answered + unanswerable > 0;
  if (!isLabelled && (wishes.labelRequired ?? true)) {
    throw new DataError('the questions have no answers', { where: text.name, fix: `write ${wanted}` });
  }
  return {
    kind: 'questions',
    name: text.name,
    format,
    encoding: text.encoding,
    task: { value: 'question-answering', reason: 'questions with a context each', flag: '--task' },
    version: versionOf(declared, unanswerable),
    isLabelled,
    examples: (onRefused = () => {}) => examples(declared1, onRefused),
    close: () => text.close(),
  };
}

async function* readExamples(
  questions: Questions,
  options: Parameters<typeof createQuestionReader>[0],
  onRefused: (row: RefusedRow) => void,
): AsyncGenerator<QuestionExample> {
  const reader = createQuestionReader(options);
  for await (const batch of questions()) {
    for (const row of batch) {
      const example = 'reason' in row ? row : reader.read(row);
      if ('reason' in example) onRefused(example);
      else yield example;
    }
  }
}

function versionOf(declared: string | null, unanswerable: number): Choice<'1.1' | '2.0'> {
  const flag = '';
  const says = declared === null ? '' : `the file says "${declared.slice(0, 20)}"`;
  if (/^v?2(?:\.|$)/i.test(declared ?? '')) return { value: '2.0', reason: says, flag };
  if (unanswerable === 0) return { value: '1.1', reason: says === '' ? 'every question has an answer' : says, flag };
  const count =
    unanswerable === 1
      ? '1 question has no answer'
      : `${unanswerable.toLocaleString('en-US')} questions have no answer`;
  return { value: '2.0', reason: says === '' ? count : `${count}, though ${says}`, flag };
}

function withoutQuestions(firstRefused: RefusedRow | null, format: QuestionsFile['format'], name: string): DataError {
  if (firstRefused === null) {
    return new DataError('there are no questions', {
      where: name,
      fix:
        format === 'jsonl'
          ? `write ${wanted} on each line`
          : "data[].paragraphs[].qas[] holds the questions of SQuAD's JSON",
    });
  }
  const { line, reason } = firstRefused;
  return new DataError(`no question can be used; the first: ${reason}`, {
    where: format === 'jsonl' ? `${name}, line ${line}` : name,
    fix: 'an answer stands in its context, at answer_start',
  });
}
