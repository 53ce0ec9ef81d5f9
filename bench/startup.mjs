/** From the command to the first training step: a person's wait, all caches warm. */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { machine, ownVersions } from './lib/machine.mjs';
import { modelFolder, modelOptions } from './lib/models.mjs';
import { coresFor, program, runProgram } from './lib/processes.mjs';
import { median, spread } from './lib/statistics.mjs';
import { taskNamed } from './lib/tasks.mjs';
import { csvOf, trainingRows } from './lib/training-rows.mjs';
import { makeWorkFolder } from './lib/work-folder.mjs';

export default {
  usage: 'startup [options] [-- SETTINGS]',
  summary: 'Seconds from the command to the first training step, on a CSV file.',
  about: 'What follows -- goes to `distiltune train`. One more run, the first, warms the caches and is not measured.',
  takesRest: true,
  options: {
    ...modelOptions,
    rows: {
      kind: 'count',
      default: 5000,
      about: 'of the file: those of banking77, again and again where there are more',
    },
    runs: { kind: 'count', default: 5, about: 'commands that are measured' },
    threads: { kind: 'count', default: 0, about: 'cores to compute with; 0: all' },
  },

  async run(values, rest) {
    const measuredOn = machine();
    const threads = coresFor(values.threads);
    const work = makeWorkFolder();
    const data = path.join(work, 'rows.csv');
    writeFileSync(data, csvOf(trainingRows(taskNamed('banking77', '.'), values.rows)));
    const model = await modelFolder(values);
    const runs = [];
    for (let run = 0; run <= values.runs; run++) {
      const measured = await startOnce({ data, model, threads, work, rest });
      if (run > 0) runs.push(measured);
    }
    const of = (key) => spread(runs.map((run) => run[key]));
    const parts = Object.keys(runs[0].parts).map((part) => [
      part,
      Number(median(runs.map((run) => run.parts[part])).toFixed(3)),
    ]);
    console.log(
      JSON.stringify(
        {
          model: values.model,
          rows: values.rows,
          runs: values.runs,
          seconds_to_first_step_begun: of('begun'),
          seconds_to_first_step_done: of('done'),
          seconds_at: Object.fromEntries(parts),
          threads,
          settings: rest,
          versions: ownVersions(),
          ...measuredOn,
        },
        null,
        2,
      ),
    );
  },
};

/** Seconds since the command was given, by the events' own clock, which is this process's. */
async function startOnce({ data, model, threads, work, rest }) {
  const output = path.join(work, 'run');
  const events = [];
  const words = [
    process.execPath,
    program,
    'train',
    data,
    '--model',
    model,
    '--max-steps',
    '1',
    '-o',
    output,
    '--ui',
    'jsonl',
  ];
  const began = Date.now();
  await runProgram([...words, ...rest], {
    threads,
    cwd: work,
    env: { ...process.env, HF_HUB_OFFLINE: '1' },
    onLine: (line) => events.push(JSON.parse(line)),
  });
  rmSync(output, { recursive: true });
  const after = ({ time }) => (Date.parse(time) - began) / 1000;
  const first = (type) => events.find((event) => event.type === type);
  const step = first('step');
  return {
    done: after(step),
    begun: after(step) - step.seconds,
    parts: {
      process_is_up: after(events[0]),
      data_is_read: after(first('data')),
      model_is_loaded: after(first('model')),
      training_begins: after(first('start')),
      first_step_is_done: after(step),
    },
  };
}
