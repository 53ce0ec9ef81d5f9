/** Trains the same rows from the same checkpoint with the command line and with Hugging Face's Trainer, in turn. */
import { appendFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from './lib/command.mjs';
import { isAlike, likenessOf } from './lib/likeness.mjs';
import { machine, ownVersions } from './lib/machine.mjs';
import { measureMatrixPeak } from './lib/matrix-peak.mjs';
import { modelFolder, modelOptions, modelSizes, writeStart } from './lib/models.mjs';
import { neededTrainingWork } from './lib/needed-work.mjs';
import { trainOwn } from './lib/own-training.mjs';
import { peerOf, peerOptions, trainPeer } from './lib/peer-training.mjs';
import { coresFor } from './lib/processes.mjs';
import { rounded } from './lib/statistics.mjs';
import { taskNamed, taskNames, taskOptions } from './lib/tasks.mjs';
import { trainingOf, trainingOptions } from './lib/training-options.mjs';
import { comparisonTable } from './lib/versus-table.mjs';
import { makeWorkFolder } from './lib/work-folder.mjs';

const paddings = ['grouped', 'longest', 'max'];
const { steps: _, warmup, ...commonOptions } = trainingOptions;

export default {
  usage: 'versus-hf --python FILE [options] [-- SETTINGS]',
  summary: 'Trains with distiltune and with a script on the Hugging Face Trainer in turn, and prints a Markdown table.',
  about: `Before anything is measured both train three steps without dropout on the rows in their order: tokens and losses must be
the same. What follows -- goes to \`distiltune train\`. An arm is a padding with, after a colon, its measured steps:
npm run bench -- versus-hf --python V/bin/python --task cola,sst2 --padding grouped,longest:30,max:10`,
  takesRest: true,
  options: {
    ...peerOptions,
    ...modelOptions,
    ...taskOptions,
    task: { kind: 'text', takes: 'NAMES', default: 'banking77', about: `one or several of ${taskNames.join(', ')}` },
    padding: { kind: 'text', takes: 'ARMS', default: 'grouped', about: `one or several of ${paddings.join(', ')}` },
    runs: { kind: 'count', default: 5, about: 'of each side in each arm' },
    steps: {
      kind: 'count',
      default: 0,
      about: 'steps that are measured; 0: whole rounds of batches of like length, 40 or more',
    },
    warmup,
    ...commonOptions,
    dropout: { kind: 'number', about: "of both sides, instead of the checkpoint's own" },
    log: { kind: 'text', takes: 'FILE', about: 'every run is added there as a line of JSON, as soon as it is over' },
  },

  async run(values, rest) {
    const setting = { ...settingOf(values), rest };
    const measuredOn = machine();
    const comparisons = [];
    for (const name of setting.tasks) comparisons.push(...(await compareOn(name, setting)));
    console.log(comparisonTable({ comparisons, machine: measuredOn, values }));
  },
};

function settingOf(values) {
  const tasks = values.task.split(',');
  const arms = values.padding.split(',').map((word) => armOf(word, values.steps));
  const unknown = tasks.find((name) => !taskNames.includes(name));
  if (unknown !== undefined) throw new UsageError(`there is no task "${unknown}"; there are ${taskNames.join(', ')}`);
  return { values, tasks, arms, peer: peerOf(values), threads: coresFor(values.threads), work: makeWorkFolder() };
}

function armOf(word, steps) {
  const [padding, own] = word.split(':');
  const asked = own === undefined ? steps : Number(own);
  if (!paddings.includes(padding) || !Number.isInteger(asked)) {
    throw new UsageError(`--padding takes ${paddings.join(', ')}, each with or without :STEPS, not "${word}"`);
  }
  return { padding, steps: asked };
}

/** One task: the check that both do the same, then the arms one after the other. */
async function compareOn(name, setting) {
  const { values, rest, peer, threads, work } = setting;
  const task = taskNamed(name, values.data);
  const from = await modelFolder(values);
  const sizes = await modelSizes(from);
  const { seed } = values;
  const training = { ...trainingOf(values), task, threads };
  const model = path.join(work, 'start');
  await writeStart(model, { from, task, seed, dropout: 0 });
  const likeness = await checkLikeness({ ...training, model }, { peer, work, rest });
  await writeStart(model, { from, task, seed, dropout: values.dropout ?? null });
  const comparisons = [];
  for (const arm of setting.arms) {
    const steps = arm.steps || roundsOf(likeness.train_rows, training.batch);
    const pairs = [];
    for (let run = 1; run <= values.runs; run++) {
      const own = await trainOwn({ ...training, model, steps }, path.join(work, 'own'), rest);
      rmSync(path.join(work, 'own'), { recursive: true });
      const peak = await measureMatrixPeak(sizes, Math.round(own.tokens / own.steps), threads);
      const other = await trainPeer({ ...training, model, steps, padding: arm.padding }, peer, path.join(work, 'peer'));
      own.versions.kernels = peak.layer_kernels;
      const pair = [own, other].map((figures) => withWork(figures, { task, sizes, peak }));
      log(values, { task: name, model: values.model, threads, run, own: pair[0], peer: pair[1] });
      pairs.push({ own: pair[0], peer: pair[1] });
    }
    comparisons.push({ task: name, padding: arm.padding, likeness, pairs });
  }
  return comparisons;
}

/** @throws Error where the two do not train on the same rows to the same loss */
async function checkLikeness(training, { peer, work, rest }) {
  const short = { ...training, steps: 3, warmup: 0, inOrder: true };
  const own = await trainOwn(short, path.join(work, 'own'), rest);
  rmSync(path.join(work, 'own'), { recursive: true });
  const other = await trainPeer({ ...short, padding: 'longest' }, peer, path.join(work, 'peer'));
  const likeness = likenessOf(own, other);
  console.error(JSON.stringify({ check: training.task.name, ...likeness }));
  if (!isAlike(likeness)) throw new Error('the two sides do not do the same: nothing is measured');
  return likeness;
}

/**
 * The Trainer puts so many batches of like length together, longest first: whole rounds have every length.
 * (`get_length_grouped_indices` of transformers' trainer_pt_utils.py.)
 */
function roundsOf(rows, batch) {
  const round = Math.max(1, Math.min(Math.floor(rows / (batch * 4)), 50));
  return round * Math.ceil(40 / round);
}

function withWork(figures, { task, sizes, peak }) {
  const { step_tokens, step_losses, is_whole = true, ...kept } = figures;
  const { tokens, rows, train_seconds } = figures;
  const work = neededTrainingWork(sizes, { kind: task.kind, labels: task.labels.length, tokens, rows });
  const needed = is_whole ? rounded(work / train_seconds / 1e9, 1) : null;
  return { ...kept, needed_gflops: needed, matrix_peak_gflops: peak.gflops };
}

function log({ log: file }, entry) {
  const line = JSON.stringify({ date: new Date().toISOString(), ...ownVersions(), ...entry });
  console.error(line);
  if (file !== undefined) appendFileSync(file, `${line}\n`);
}
