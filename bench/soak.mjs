/** Trains for long, steered by commands, and looks at what it holds: memory, tensors, files, speed. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { machine, ownVersions } from './lib/machine.mjs';
import { modelFolder, modelOptions } from './lib/models.mjs';
import { coresFor, program, runEngineScript } from './lib/processes.mjs';
import { median, rounded, slope } from './lib/statistics.mjs';
import { taskNamed } from './lib/tasks.mjs';
import { csvOf, trainingRows } from './lib/training-rows.mjs';
import { makeWorkFolder } from './lib/work-folder.mjs';

const execute = promisify(execFile);

export default {
  usage: 'soak [options] [-- key=value ...]',
  summary:
    'A long training with evaluations, saves, pauses: memory, tensors, open files and speed every so many steps.',
  about: `The training is the command line's own, in a process that also counts its tensors. Between two looks it is asked by
\`distiltune control\` for a pause and to go on, a checkpoint, and an evaluation. What follows -- are settings.`,
  takesRest: true,
  options: {
    ...modelOptions,
    model: {
      ...modelOptions.model,
      default: 'tiny',
      about: `${modelOptions.model.about}; tiny needs no --random-weights`,
    },
    steps: { kind: 'count', default: 10_000, about: 'of training' },
    every: { kind: 'count', default: 1000, about: 'steps between two looks' },
    rows: { kind: 'count', default: 2000, about: 'to train on, of banking77' },
    'batch-size': { kind: 'count', default: 8, about: 'rows of a step' },
    threads: { kind: 'count', default: 0, about: 'cores to compute with; 0: all' },
  },

  async run(values, rest) {
    const measuredOn = machine();
    const threads = coresFor(values.threads);
    const work = makeWorkFolder();
    const data = path.join(work, 'data');
    const task = taskNamed('banking77', '.');
    const rows = trainingRows(task, values.rows + 200);
    mkdirSync(data);
    writeFileSync(path.join(data, 'train.csv'), csvOf(rows.filter((_, i) => i % 10 !== 0)));
    writeFileSync(path.join(data, 'validation.csv'), csvOf(rows.filter((_, i) => i % 10 === 0)));
    const isTiny = values.model === 'tiny';
    const model = await modelFolder({ ...values, 'random-weights': values['random-weights'] || isTiny });
    const run = path.join(work, 'run');
    const { every } = values;
    const controls = createControls(run, values.steps);
    const result = await runEngineScript(
      'soak',
      {
        run,
        every,
        settings: [
          ...[`data.train=${path.join(data, 'train.csv')}`, `data.validation=${path.join(data, 'validation.csv')}`],
          ...[`model=${model}`, `maxSteps=${values.steps}`, `batchSize=${values['batch-size']}`, 'seed=1'],
          ...[`evaluate.everySteps=${every}`, `checkpoint.everySteps=${every}`],
          ...rest,
        ],
      },
      { threads, onLine: controls.onLine },
    );
    await controls.done();
    console.log(
      JSON.stringify(
        {
          model: values.model,
          steps: values.steps,
          every,
          batch: values['batch-size'],
          ...figuresOf(result.looks, every),
          controls: controls.answered,
          evaluations: result.evaluations,
          checkpoints: result.checkpoints,
          looks: result.looks,
          threads,
          settings: rest,
          versions: { ...ownVersions(), engine: result.engine },
          ...measuredOn,
        },
        null,
        2,
      ),
    );
  },
};

/** Asks for the next of these after each look, as another terminal would. */
const rounds = [['pause', 'resume'], ['save'], ['evaluate'], ['pause', 'save', 'evaluate', 'resume']];

function createControls(run, steps) {
  const answered = {};
  let last = Promise.resolve();
  let looks = 0;
  return {
    answered,
    onLine(line) {
      if (!line.startsWith('{"look"')) return;
      console.error(line);
      // Whoever asks after the last step comes too late.
      if (JSON.parse(line).look.step === steps) return;
      const commands = rounds[looks++ % rounds.length];
      last = last.then(async () => {
        for (const command of commands) {
          const isDone = await execute(process.execPath, [program, 'control', run, command]).then(
            () => true,
            () => false,
          );
          const key = isDone ? command : `${command}_refused`;
          answered[key] = (answered[key] ?? 0) + 1;
        }
      });
    },
    done: () => last,
  };
}

/** The first look comes while caches fill and memory is first asked for: growth is that of all after it. */
function figuresOf(looks, every) {
  const settled = looks.length > 2 ? looks.slice(1) : looks;
  const of = (key) => settled.map((look) => look[key]);
  const speeds = of('steps_per_second');
  return {
    rss_mb_per_1000_steps: rounded((slope(of('rss_mb')) * 1000) / every),
    rss_mb_first_to_last: rounded(of('rss_mb').at(-1) - of('rss_mb')[0], 1),
    live_tensors: [...new Set(of('live_tensors'))],
    open_files: [...new Set(of('open_files'))],
    last_speed_to_median: rounded(speeds.at(-1) / median(speeds)),
  };
}
