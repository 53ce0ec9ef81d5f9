/** What share of the matrix peak training spends on the work that its loss needs, step by step beside the peak itself. */
import path from 'node:path';
import { fields } from '../dist/cli/config/fields.js';
import { machine, ownVersions } from './lib/machine.mjs';
import { modelFolder, modelOptions, modelSizes } from './lib/models.mjs';
import { neededTrainingWork } from './lib/needed-work.mjs';
import { coresFor, runEngineScript } from './lib/processes.mjs';
import { mean, median, rounded, spread } from './lib/statistics.mjs';
import { taskNamed, taskOptions } from './lib/tasks.mjs';
import { trainingOf, trainingOptions } from './lib/training-options.mjs';
import { makeWorkFolder } from './lib/work-folder.mjs';

export default {
  usage: 'share [options] [-- SETTINGS]',
  summary: "The needed work of each step beside matrix products timed right after it: the share of the machine's peak.",
  about: 'What follows -- are settings of the training: npm run bench -- share --task cola -- dropout=0',
  takesRest: true,
  options: { ...modelOptions, ...taskOptions, ...trainingOptions, steps: { ...trainingOptions.steps, default: 20 } },

  async run(values, rest) {
    const measuredOn = machine();
    const threads = coresFor(values.threads);
    const task = taskNamed(values.task, values.data);
    if (task.kind !== 'sequence') throw new Error(`--task ${values.task}: tasks that label texts only`);
    const model = await modelFolder(values);
    const sizes = await modelSizes(model);
    const { batch, lr, steps: count, warmup, maxLength, seed } = trainingOf(values);
    const work = makeWorkFolder();
    const tokens = Math.round(await tokensOfStep());

    async function tokensOfStep() {
      const { steps } = await train([], 1, 'first');
      return mean(steps.map((step) => step.tokens));
    }
    function train(shapes, steps, name) {
      const settings = [
        ...[`data.train=${task.train}`, ...settingsOf(task.settings), 'data.validation=0', `model=${model}`],
        ...[`maxSteps=${steps}`, `batchSize=${batch}`, `optimizer.learningRate=${lr}`, `maxLength=${maxLength}`],
        ...[`seed=${seed}`, ...rest],
      ];
      return runEngineScript('share', { run: path.join(work, name), shapes, settings }, { threads });
    }
    const { dim, hiddenDim } = sizes;
    const shapes = [
      [2048, 2048, 2048],
      [tokens, dim, dim],
      [tokens, dim, hiddenDim],
      [tokens, hiddenDim, dim],
    ];
    const { steps: all, engine } = await train(shapes, count + warmup, 'measured');
    // The machine's own speed changes: a step is held against the products before it and after it.
    const steps = all.slice(warmup).map((step, i) => {
      const around = [all[warmup + i - 1] ?? step, step];
      const needed = neededTrainingWork(sizes, { kind: task.kind, labels: task.labels.length, ...step });
      const gflops = needed / step.seconds / 1e9;
      const largest = mean(around.map((near) => near.gflops[0]));
      const best = mean(around.map((near) => Math.max(...near.gflops)));
      return { gflops, ofLargest: gflops / largest, ofBest: gflops / best };
    });
    console.log(
      JSON.stringify(
        {
          task: task.name,
          model: values.model,
          batch,
          tokens,
          steps: steps.length,
          needed_gflops: spread(steps.map((step) => step.gflops)),
          share_of_2048_product: spread(steps.map((step) => step.ofLargest)),
          share_of_best_shape: spread(steps.map((step) => step.ofBest)),
          products: shapes.map((shape, i) => ({
            shape,
            gflops: rounded(median(all.slice(warmup).map((step) => step.gflops[i])), 1),
          })),
          threads,
          settings: rest,
          versions: { ...ownVersions(), engine },
          ...measuredOn,
        },
        null,
        2,
      ),
    );
  },
};

/** Words of the command line, `--text-column`, `4`, as settings: `data.textColumn=4`. */
function settingsOf(words) {
  const settings = [];
  for (let i = 0; i < words.length; i++) {
    const field = fields.find(({ flag }) => flag?.split(' ').includes(words[i]));
    settings.push(field ? `${field.key}=${words[++i]}` : words[i]);
  }
  return settings;
}
