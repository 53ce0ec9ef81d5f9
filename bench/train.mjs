/** Trains some steps by the command line and prints what they took. */
import path from 'node:path';
import { machine, ownVersions } from './lib/machine.mjs';
import { measureMatrixPeak } from './lib/matrix-peak.mjs';
import { modelFolder, modelOptions, modelSizes } from './lib/models.mjs';
import { neededTrainingWork } from './lib/needed-work.mjs';
import { trainOwn } from './lib/own-training.mjs';
import { coresFor } from './lib/processes.mjs';
import { rounded } from './lib/statistics.mjs';
import { taskNamed, taskOptions } from './lib/tasks.mjs';
import { trainingOf, trainingOptions } from './lib/training-options.mjs';
import { makeWorkFolder } from './lib/work-folder.mjs';

export default {
  usage: 'train [options] [-- SETTINGS]',
  summary: 'Trains by the command line: tokens per second, seconds per step, losses, memory, share of the matrix peak.',
  about: 'What follows -- goes to `distiltune train`: npm run bench -- train --task cola -- dropout=0 accumulate=2',
  takesRest: true,
  options: { ...modelOptions, ...taskOptions, ...trainingOptions },

  async run(values, rest) {
    const measuredOn = machine();
    const threads = coresFor(values.threads);
    const task = taskNamed(values.task, values.data);
    const model = await modelFolder(values);
    const sizes = await modelSizes(model);
    const training = { ...trainingOf(values), task, model, threads };
    const { versions, is_whole, step_tokens, step_losses, ...figures } = await trainOwn(
      training,
      path.join(makeWorkFolder(), 'run'),
      rest,
    );
    const { tokens, rows, steps, train_seconds } = figures;
    const peak = await measureMatrixPeak(sizes, Math.round(tokens / steps), threads);
    const work = neededTrainingWork(sizes, { kind: task.kind, labels: task.labels.length, tokens, rows });
    const neededGflops = work / train_seconds / 1e9;
    console.log(
      JSON.stringify(
        {
          task: task.name,
          model: values.model,
          ...trainingKeys(values),
          ...figures,
          // Of frozen weights no gradient is needed: the formula does not hold.
          needed_gflops: is_whole ? rounded(neededGflops, 1) : null,
          share_of_matrix_peak: is_whole ? rounded(neededGflops / peak.gflops, 5) : null,
          share_of_best_shape: is_whole ? rounded(neededGflops / peak.best_shape_gflops, 5) : null,
          matrix_peak: peak,
          threads,
          settings: rest,
          versions: { ...ownVersions(), ...versions, kernels: peak.layer_kernels },
          ...measuredOn,
        },
        null,
        2,
      ),
    );
  },
};

const trainingKeys = ({ seed, 'batch-size': batch, 'learning-rate': lr, 'max-length': max_length }) => ({
  seed,
  batch,
  lr,
  max_length,
});
