/** Trains with the command line, as a person would, and reads off its events what it did. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { peakMemory } from './machine.mjs';
import { program, runProgram } from './processes.mjs';
import { measuredSteps } from './step-figures.mjs';

/**
 * @typedef {object} Training
 * @property {ReturnType<import('./tasks.mjs').taskNamed>} task
 * @property {string} model folder
 * @property {number} batch
 * @property {number} lr
 * @property {number} steps to be measured
 * @property {number} warmup steps before them, which are not
 * @property {number} maxLength
 * @property {number} seed
 * @property {number} threads
 * @property {boolean} [inOrder] rows in the order of the file
 */

/**
 * @param {Training} training
 * @param {string} output folder of the run
 * @param {string[]} [settings] more words for `train`
 */
export async function trainOwn(training, output, settings = []) {
  const { task, model, batch, lr, steps, warmup, maxLength, seed, threads, inOrder } = training;
  const words = [
    ...[program, 'train', task.train, ...task.settings, 'data.validation=0', '--model', model],
    ...['--batch-size', batch, '--learning-rate', lr, '--max-steps', steps + warmup],
    ...['--max-length', maxLength, '--seed', seed, '-o', output, '--ui', 'jsonl'],
    ...(inOrder ? ['shuffle=false'] : []),
    ...settings,
  ].map(String);
  const events = [];
  let peak = null;
  await runProgram([process.execPath, ...words], {
    threads,
    // No settings of whoever measures.
    cwd: path.dirname(output),
    env: { ...process.env, HF_HUB_OFFLINE: '1' },
    onLine(line) {
      const event = JSON.parse(line);
      events.push(event);
      if (event.type === 'step') peak = peakMemory(readJson(output, 'status.json').pid) ?? peak;
    },
  });
  const config = readJson(output, 'config.json');
  const results = readJson(output, 'results.json');
  const start = events.find(({ type }) => type === 'start');
  return {
    padding: 'none',
    train_rows: start.trainExamples,
    ...measuredSteps(stepsOf(events), warmup),
    tokenize_seconds: Number(results.seconds.tokenize.toFixed(2)),
    peak_rss_mb: peak,
    peak_rss_with_saving_mb: Math.round(results.peakRssBytes / 2 ** 20),
    is_whole: !config.freeze.embeddings && config.freeze.layers === 0,
    versions: config.versions,
  };
}

const readJson = (folder, name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));

/** Where something else was done between two steps, a step's time is its own seconds, not those since the one before. */
function stepsOf(events) {
  let before;
  return events.flatMap((event) => {
    if (event.type === 'evaluation' || event.type === 'checkpoint') before = undefined;
    if (event.type !== 'step') return [];
    const end = Date.parse(event.time) / 1000;
    const seconds = before === undefined ? event.seconds : end - before;
    before = end;
    return [{ seconds, rows: event.examples, tokens: event.tokens, loss: event.loss }];
  });
}
