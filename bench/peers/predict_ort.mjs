/**
 * Predicts rows with onnxruntime-node on an ONNX file of the same weights, tokens by distiltune's tokenizer. One argument:
 * {"model", "onnx": FILE, "ort": FOLDER, "rows": FILE, "maxLength", "passes", "batch", "threads"}; FOLDER has onnxruntime-node in its
 * node_modules. Prints what `bench/processes/predict.mjs` prints.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { openModelFolder, sequenceClassification } from '../../dist/src/index.js';
import { readConfig, readTokenizer } from '../../dist/src/tasks/model.js';
import { peakMemory } from '../lib/machine.mjs';
import { paddedBatches } from '../lib/row-batches.mjs';

const { model, onnx, ort: folder, rows: file, maxLength, passes, batch, threads } = JSON.parse(process.argv[2]);
const require = createRequire(path.resolve(folder, 'package.json'));
const ort = require('onnxruntime-node');
const examples = JSON.parse(readFileSync(file, 'utf8')).map(([text, pair]) => ({ text, pair, line: 0 }));
const opened = await openModelFolder(model);
const tokenizer = await readTokenizer(opened);
const { labels, padTokenId } = await readConfig(opened);
const task = sequenceClassification({ labels });
const session = await ort.InferenceSession.create(onnx, { intraOpNumThreads: threads, interOpNumThreads: 1 });

const idsOf = async (given) => {
  const features = await task.featurize(tokenizer, given, { maxLength, purpose: 'prediction' });
  return features.map(({ sequences }) => sequences[0]);
};

async function pass(given) {
  const likely = new Array(given.length);
  for (const { members, length, ids, mask } of paddedBatches(await idsOf(given), batch, padTokenId ?? 0)) {
    const shape = [members.length, length];
    const { logits } = await session.run({
      input_ids: new ort.Tensor('int64', ids, shape),
      attention_mask: new ort.Tensor('int64', mask, shape),
    });
    members.forEach((member, i) => {
      likely[member] = firstOfSoftmax(logits.data.subarray(i * labels.length, (i + 1) * labels.length));
    });
  }
  return likely;
}

function firstOfSoftmax(logits) {
  const greatest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - greatest));
  return powers[0] / powers.reduce((a, b) => a + b, 0);
}

await pass(examples.slice(0, 256));
const seconds = [];
let first_class = [];
for (let i = 0; i < passes; i++) {
  const began = performance.now();
  first_class = await pass(examples);
  seconds.push((performance.now() - began) / 1000);
}
const began = performance.now();
const tokens = (await idsOf(examples)).reduce((sum, { length }) => sum + length, 0);
const { version } = require('onnxruntime-node/package.json');
console.log(
  JSON.stringify({
    seconds,
    tokenize_seconds: (performance.now() - began) / 1000,
    tokens,
    first_class,
    peak_rss_mb: peakMemory(process.pid),
    versions: { 'onnxruntime-node': version },
  }),
);
