import { DataError, DistiltuneError, UsageError } from '../../src/errors.ts';
import type { FillMaskPipeline, MaskFilling } from '../../src/pipelines/fill-mask.ts';
import { pipeline } from '../../src/pipelines/pipeline.ts';
import type { Context, Output } from '../context.ts';
import { findModelToUse } from '../find-model.ts';
import { alignRows, plural, printable } from '../plain/table.ts';
import { startEngine } from '../start-engine.ts';
import { type ComparedExample, type ComparedFigure, compare, tolerance } from './compare.ts';
import { readFigures } from './figures-file.ts';
import { modelCard, type PublishedExample } from './published.ts';

export interface ReproduceFlags {
  model: string;
  figures?: string;
}

/** Runs the model card's examples, shows ours beside the published figures and sets the exit code by whether they agree. */
export async function reproduceModelCard({ model, figures }: ReproduceFlags, context: Context): Promise<void> {
  const published = figures === undefined ? modelCard : await readFigures(figures);
  const { folder } = await findOrSayWhy(model, context);
  const unmask = await pipeline('fill-mask', folder, { engine: await startEngine(context) });
  const examples: ComparedExample[] = [];
  try {
    for (const example of published) examples.push(await compareWith(unmask, example));
  } finally {
    unmask.dispose();
  }
  const all = examples.flatMap((example) => example.figures);
  const agreeing = all.filter(({ agrees }) => agrees).length;
  if (agreeing < all.length) process.exitCode = 1;
  const { stdout, json } = context;
  if (json) {
    const document = { model, folder: folder.where, tolerance, agrees: agreeing === all.length, examples };
    stdout.line(JSON.stringify(document, null, 2));
    return;
  }
  for (const example of examples) show(example, stdout);
  const verdict = `${agreeing} of ${plural(all.length, 'figure')} agree to within ${tolerance}`;
  stdout.line(agreeing === all.length ? stdout.colors.green(verdict) : stdout.colors.red(verdict));
}

/** @throws DataError, exit code 3, where the weights are not in reach */
async function findOrSayWhy(model: string, context: Context) {
  try {
    return await findModelToUse(model, context);
  } catch (error) {
    if (!(error instanceof DistiltuneError) || error instanceof UsageError) throw error;
    throw new DataError(`Nothing was compared: the weights are not in reach. ${error.message}`, {
      ...(error.where === undefined ? {} : { where: error.where }),
      fix: `Fetch the model once where there is a network, or name its folder with --model.`,
      cause: error,
    });
  }
}

async function compareWith(unmask: FillMaskPipeline, example: PublishedExample): Promise<ComparedExample> {
  const text = example.text.replaceAll('[MASK]', unmask.mask_token);
  const ours = (await unmask(text, { top_k: example.fillings.length })) as MaskFilling[];
  const scores = new Map<string, number | null>(ours.map(({ token_str, score }) => [token_str, score]));
  for (const { token_str } of example.fillings) {
    if (!scores.has(token_str)) scores.set(token_str, await scoreOf(unmask, text, token_str));
  }
  return compare(example, ours, (word) => scores.get(word) ?? null);
}

/** null where the word is no token of the vocabulary. */
async function scoreOf(unmask: FillMaskPipeline, text: string, word: string): Promise<number | null> {
  try {
    const [filling] = (await unmask(text, { targets: [word] })) as MaskFilling[];
    return filling!.score;
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

function show({ text, figures }: ComparedExample, { line, colors }: Output): void {
  line(colors.bold(printable(text)));
  const rows = figures.map((figure) => [
    printable(figure.token_str),
    figure.published.toFixed(7),
    figure.score === null ? '-' : figure.score.toFixed(7),
    figure.difference === null ? '-' : signed(figure.difference),
    figure.agrees ? '' : colors.red(reasonOf(figure)),
  ]);
  const header = ['', 'published', 'ours', 'difference', ''];
  for (const row of alignRows([header, ...rows], { indent: 2, align: ['left', 'right', 'right', 'right', 'left'] }))
    line(row);
  line();
}

const signed = (value: number) => `${value < 0 ? '-' : '+'}${Math.abs(value).toExponential(1)}`;

/** What is wrong with a figure that does not agree. */
function reasonOf({ rank, score, difference, found, token_str }: ComparedFigure): string {
  if (score === null || difference === null) return 'no token of this vocabulary';
  if (found?.token_str !== token_str) return `place ${rank} has "${printable(found?.token_str ?? '')}"`;
  return Math.abs(difference) > tolerance ? 'differs' : `its id is ${found.token}`;
}
