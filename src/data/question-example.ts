import { type AnswerFinder, answerFinder, type RawAnswer } from './answer-place.ts';
import { createKeyIndex } from './key-index.ts';
import { shorten } from './shorten.ts';
import { textKey } from './text-key.ts';
import type { ExampleNote, QuestionExample, RefusedRow } from './types.ts';

/** A question as a file has it, with its context. */
export interface RawQuestion {
  fields: Record<string, unknown>;
  context: unknown;
  /** As in `QuestionExample`. */
  line: number;
}

/** Turns the questions of one file, in its order, into examples. */
export interface QuestionReader {
  read(question: RawQuestion): QuestionExample | RefusedRow;
}

/** @param options.declared1 the file says that it is of version 1, where every question has an answer */
export function createQuestionReader({
  declared1,
  isJsonLines,
}: {
  declared1: boolean;
  isJsonLines: boolean;
}): QuestionReader {
  const ids = createKeyIndex();
  const lineOfId: number[] = [];
  let context: string | null = null;
  let finder: AnswerFinder;
  return {
    read({ fields, context: given, line }) {
      const id = idOf(fields.id, line);
      const refuse = (reason: string) => ({ line, reason: `question "${shorten(id)}": ${reason}` });
      const { question } = fields;
      if (typeof question !== 'string' || question.trim() === '') return refuse('the question is empty');
      if (typeof given !== 'string' || given.trim() === '') return refuse('its context is empty');
      const raw = answersOf(fields);
      if (typeof raw === 'string') return refuse(raw);
      if (given !== context) {
        context = given;
        finder = answerFinder(given);
      }
      const notes: ExampleNote[] = [];
      const example: QuestionExample = { id, question, context: given, line };
      if (raw !== null) {
        const answers = placeAll(raw, finder, notes);
        if (typeof answers === 'string') return refuse(answers);
        example.answers = answers;
        if (answers.length === 0 && declared1) {
          notes.push({ kind: 'no-answer', reason: `question "${shorten(id)}" has no answer` });
        }
      }
      const known = ids.add(textKey(id));
      if (known === lineOfId.length) lineOfId.push(line);
      else {
        const earlier = `${isJsonLines ? 'on line' : 'number'} ${lineOfId[known]}`;
        notes.push({
          kind: 'duplicate-id',
          reason: `question "${shorten(id)}" has the id of an earlier one, ${earlier}`,
        });
      }
      if (notes.length > 0) example.notes = notes;
      return example;
    },
  };
}

/** The answers that are in the context, in UTF-16 units. Where none is: why the first is not. */
function placeAll(raw: readonly RawAnswer[], finder: AnswerFinder, notes: ExampleNote[]) {
  const answers: { text: string; start: number }[] = [];
  const problems: string[] = [];
  const reasons = new Set<string>();
  for (const one of raw) {
    const placed = finder.place(one);
    if (typeof placed === 'string') {
      problems.push(placed);
      continue;
    }
    answers.push(placed.answer);
    if (placed.note !== undefined) reasons.add(placed.note);
  }
  if (answers.length === 0 && problems.length > 0) return problems[0]!;
  for (const reason of reasons) notes.push({ kind: 'offset', reason });
  for (const reason of new Set(problems)) notes.push({ kind: 'answer', reason });
  return answers;
}

function idOf(id: unknown, line: number): string {
  return (typeof id === 'string' && id !== '') || typeof id === 'number' ? String(id) : String(line);
}

/** The answers of a question; [] for none; null where they are not known; or why they cannot be read. */
function answersOf(fields: Record<string, unknown>): RawAnswer[] | null | string {
  if (fields.is_impossible === true) return [];
  const { answers } = fields;
  if (answers === undefined || answers === null) {
    const answer = fields.answer ?? fields.answer_text;
    if (answer === undefined || answer === null) return null;
    return answer === ''
      ? []
      : asAnswers([typeof answer === 'string' ? { text: answer, answer_start: fields.answer_start } : answer]);
  }
  if (typeof answers === 'string')
    return answers === '' ? [] : asAnswers([{ text: answers, answer_start: fields.answer_start }]);
  if (Array.isArray(answers)) return asAnswers(answers);
  // Hugging Face's layout: {"text": [...], "answer_start": [...]}, or one of each.
  if (typeof answers !== 'object') return notAnswers;
  const { text, answer_start: start } = answers as Record<string, unknown>;
  const texts = Array.isArray(text) ? text : text === undefined || text === '' ? [] : [text];
  const starts = Array.isArray(start) ? start : start === undefined ? [] : [start];
  if (starts.length !== texts.length && starts.length > 0) {
    return `it has ${texts.length} answers, but ${starts.length} answer_start`;
  }
  return asAnswers(texts.map((one, i) => ({ text: one, answer_start: starts[i] })));
}

const notAnswers = 'its answers cannot be read: write {"text": ["..."], "answer_start": [0]}';

function asAnswers(values: readonly unknown[]): RawAnswer[] | string {
  const answers: RawAnswer[] = [];
  for (const value of values) {
    const { text, answer_start: start } = (typeof value === 'string' ? { text: value } : (value ?? {})) as Record<
      string,
      unknown
    >;
    if (typeof text !== 'string') return notAnswers;
    if (start === undefined || start === null) answers.push({ text });
    else if (Number.isInteger(start)) answers.push({ text, start: start as number });
    else return `answer_start of "${shorten(text)}" is no whole number`;
  }
  return answers;
}
