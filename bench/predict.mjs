/** Predicts a task's dev rows with the library, with Hugging Face transformers and with ONNX Runtime, in turn. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from './lib/command.mjs';
import { machine, ownVersions } from './lib/machine.mjs';
import { modelFolder, modelOptions, writeStart } from './lib/models.mjs';
import { coresFor, runEngineScript, runProgram } from './lib/processes.mjs';
import { median, rounded, spread } from './lib/statistics.mjs';
import { devTexts, taskNamed, taskOptions, textTaskNames } from './lib/tasks.mjs';
import { makeWorkFolder } from './lib/work-folder.mjs';

const peerFile = (name) => fileURLToPath(new URL(`./peers/${name}`, import.meta.url));
/** Rows may differ by what float32 leaves of one order of sums or another. */
const alikeWithin = 1e-4;

export default {
  usage: 'predict [options]',
  summary: 'Predicts dev rows: rows per second, tokenising included, beside transformers and onnxruntime-node.',
  about: `--python adds transformers; --python and --onnxruntime add onnxruntime-node, whose ONNX file the Python writes, which takes its
package onnx. Each run is a process of its own; the arms alternate. The head's weights are drawn anew: speed does not
depend on them, and the arms must give the same probabilities.`,
  options: {
    ...modelOptions,
    ...taskOptions,
    task: { ...taskOptions.task, choices: textTaskNames, about: 'whose dev rows' },
    python: { kind: 'text', takes: 'FILE', about: 'Python with torch and transformers' },
    onnxruntime: { kind: 'text', takes: 'DIR', about: 'a folder in which onnxruntime-node was installed' },
    'batch-size': { kind: 'count', default: 32, about: 'rows that the peers compute at once, of like length' },
    'max-length': { kind: 'count', default: 128, about: 'most tokens of a row' },
    runs: { kind: 'count', default: 5, about: 'processes of each arm' },
    passes: { kind: 'count', default: 3, about: 'passes over all rows in each, after a first over 256' },
    threads: { kind: 'count', default: 0, about: 'cores to compute with; 0: all' },
  },

  async run(values) {
    const measuredOn = machine();
    const threads = coresFor(values.threads);
    const task = taskNamed(values.task, values.data);
    const work = makeWorkFolder();
    const model = path.join(work, 'model');
    await writeStart(model, { from: await modelFolder(values), task, dropout: null, seed: 1 });
    const rows = path.join(work, 'rows.json');
    const texts = devTexts(task);
    writeFileSync(rows, JSON.stringify(texts));
    const job = {
      model,
      rows,
      maxLength: values['max-length'],
      passes: values.passes,
      batch: values['batch-size'],
      threads,
    };
    const arms = await armsOf(values, job, work);
    const measured = Object.fromEntries(Object.keys(arms).map((name) => [name, []]));
    for (let run = 0; run < values.runs; run++) {
      for (const [name, once] of Object.entries(arms)) {
        const result = await once();
        refuseOther(name, result, measured.distiltune[0] ?? result);
        measured[name].push(result);
      }
    }
    const peers = Object.keys(arms).filter((name) => name !== 'distiltune');
    console.log(
      JSON.stringify(
        {
          task: task.name,
          model: values.model,
          rows: texts.length,
          tokens: measured.distiltune[0].tokens,
          batch: job.batch,
          max_length: job.maxLength,
          runs: values.runs,
          passes: job.passes,
          threads,
          arms: Object.fromEntries(
            Object.entries(measured).map(([name, runs]) => [name, figuresOf(runs, texts.length)]),
          ),
          ratio: Object.fromEntries(peers.map((name) => [name, ratioOf(measured.distiltune, measured[name])])),
          versions: { ...ownVersions(), ...Object.assign({}, ...Object.values(measured).map(([run]) => run.versions)) },
          ...measuredOn,
        },
        null,
        2,
      ),
    );
  },
};

/** What is run for each arm, ours first. */
async function armsOf({ python, onnxruntime }, job, work) {
  const { threads } = job;
  const arms = { distiltune: () => runEngineScript('predict', job, { threads }) };
  const last = (lines) => JSON.parse(lines.at(-1));
  const env = { ...process.env, HF_HUB_OFFLINE: '1' };
  if (python !== undefined) {
    const words = [python, peerFile('predict.py'), JSON.stringify(job)];
    arms.transformers = async () => last(await runProgram(words, { threads, env }));
  }
  if (onnxruntime !== undefined) {
    if (python === undefined) throw new UsageError('--onnxruntime takes --python, which writes the ONNX file');
    const onnx = path.join(work, 'model.onnx');
    await runProgram([python, peerFile('export_onnx.py'), job.model, onnx], { env });
    const words = [process.execPath, peerFile('predict_ort.mjs'), JSON.stringify({ ...job, onnx, ort: onnxruntime })];
    arms.onnxruntime = async () => last(await runProgram(words, { threads }));
  }
  return arms;
}

/** @throws Error where an arm does not compute the same */
function refuseOther(name, { first_class, tokens }, reference) {
  const difference = Math.max(...first_class.map((value, i) => Math.abs(value - reference.first_class[i])));
  if (tokens === reference.tokens && difference <= alikeWithin) return;
  throw new Error(`${name} computes something else: ${tokens} tokens, not ${reference.tokens}; off by ${difference}`);
}

const typicalPass = ({ seconds }) => median(seconds);

function figuresOf(runs, rows) {
  const allPasses = runs.flatMap(({ seconds }) => seconds);
  return {
    predict_examples_per_second: spread(
      allPasses.map((seconds) => rows / seconds),
      1,
    ),
    tokenize_seconds: spread(runs.map(({ tokenize_seconds }) => tokenize_seconds)),
    peak_rss_mb: spread(
      runs.map(({ peak_rss_mb }) => peak_rss_mb),
      0,
    ),
  };
}

/** Of runs that followed each other, by the median pass of each. */
function ratioOf(own, peer) {
  return spread(
    own.map((run, i) => rounded(typicalPass(peer[i]) / typicalPass(run), 4)),
    2,
  );
}
