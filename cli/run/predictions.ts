import { join } from 'node:path';
import { conllSentence } from '../../src/data/conll-sentence.ts';
import type { ExampleFile, QuestionsFile, TextsFile, TokensFile } from '../../src/data/example-file.ts';
import { toExample } from '../../src/data/examples.ts';
import type { SplitName } from '../../src/data/split.ts';
import type { Evaluation } from '../../src/eval/evaluate.ts';
import type { ExampleSet } from '../../src/tasks/example-set.ts';
import type { AnswerPrediction, Prediction, TokensPrediction } from '../../src/tasks/types.ts';
import { createRowWriter } from '../predict/output.ts';
import { fileOutput, type TextSink } from '../text-sink.ts';
import type { TaskParts } from './task-of.ts';

/**
 * Writes what was predicted of each example of a set into the run's folder, in the format of its task: a table with the
 * rows' own columns and their line first; CoNLL columns; SQuAD's JSON files. Masked LM has none.
 * @param file that the set's examples come from
 */
export async function writePredictions(
  run: string,
  split: SplitName,
  file: ExampleFile,
  set: ExampleSet,
  { type, labels }: Pick<TaskParts, 'type' | 'labels'>,
  evaluation: Evaluation<Prediction>,
): Promise<void> {
  if (type === 'masked-lm') return;
  if (file.kind === 'texts') {
    await into(join(run, `predictions-${split}.csv`), (sink) =>
      writeRows(sink, file, set, { type, labels }, evaluation),
    );
  } else if (file.kind === 'tokens') {
    const tags = evaluation as Evaluation<TokensPrediction>;
    await into(join(run, `predictions-${split}.conll`), (sink) => writeTags(sink, file, set, tags));
  } else {
    await writeAnswers(run, split, file, set, evaluation as Evaluation<AnswerPrediction>);
  }
}

/** Gives a file that is there when it is whole, and not otherwise. */
async function into(path: string, write: (sink: TextSink) => Promise<void>): Promise<void> {
  const sink = await fileOutput(path);
  try {
    await write(sink);
    await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

async function writeRows(
  sink: TextSink,
  { table, source }: TextsFile,
  set: ExampleSet,
  { type, labels }: Pick<TaskParts, 'type' | 'labels'>,
  evaluation: Evaluation<Prediction>,
): Promise<void> {
  const line = table.columns.includes('line') ? 'file_line' : 'line';
  const columns = [line, ...table.columns];
  const options = { format: 'csv', columns, task: type, labels, top: null } as const;
  const writer = await createRowWriter({ ...sink, close: async () => {} }, options);
  let next = 0;
  for await (const row of table.rows()) {
    if (next === set.length) break;
    // A set keeps the order of its file.
    if (row.line !== set.line(next)) continue;
    const cells = [String(row.line), ...row.cells];
    await writer.write({ cells, json: null, example: toExample(row, source) }, evaluation.prediction(next++));
  }
  await writer.close();
}

async function writeTags(
  sink: TextSink,
  file: TokensFile,
  set: ExampleSet,
  evaluation: Evaluation<TokensPrediction>,
): Promise<void> {
  let next = 0;
  for await (const { line, words, tags } of file.examples()) {
    if (next === set.length) break;
    if (line !== set.line(next)) continue;
    await sink.write(conllSentence({ words, gold: tags, predicted: evaluation.prediction(next++).tags }));
  }
}

/** The files of the official SQuAD scorers, and the candidates. */
async function writeAnswers(
  run: string,
  split: SplitName,
  file: QuestionsFile,
  set: ExampleSet,
  evaluation: Evaluation<AnswerPrediction>,
): Promise<void> {
  const answers: [string, unknown][] = [];
  const candidates: [string, unknown][] = [];
  const odds: [string, unknown][] = [];
  let next = 0;
  for await (const { line } of file.examples()) {
    if (next === set.length) break;
    if (line !== set.line(next)) continue;
    const { id, answer, nBest, nullOdds } = evaluation.prediction(next++);
    answers.push([id, answer]);
    candidates.push([id, nBest.map(({ answer: text, ...rest }) => ({ text, ...rest }))]);
    odds.push([id, nullOdds]);
  }
  const write = (name: string, entries: [string, unknown][]) =>
    into(join(run, `${name}-${split}.json`), async (sink) => {
      await sink.write('{');
      for (const [i, [id, value]] of entries.entries()) {
        await sink.write(`${i === 0 ? '\n' : ',\n'}${JSON.stringify(id)}: ${JSON.stringify(value)}`);
      }
      await sink.write('\n}\n');
    });
  await write('predictions', answers);
  await write('nbest_predictions', candidates);
  if (odds.some(([, value]) => value !== null)) await write('null_odds', odds);
}
