/**
 * Predicts rows with the library. One argument: {"model", "rows": FILE, "maxLength", "passes"}; FILE is JSON, one or two
 * texts of each row. Prints one line of JSON: seconds of every pass, tokenising included, and how likely each row is of the first class.
 */
import { readFileSync } from 'node:fs';
import { readEnvironment } from '../../dist/cli/environment.js';
import { startEngine } from '../../dist/cli/start-engine.js';
import { loadTrainedModel, openModelFolder, predict } from '../../dist/src/index.js';
import { peakMemory } from '../lib/machine.mjs';

const { model: folder, rows: file, maxLength, passes } = JSON.parse(process.argv[2]);
const examples = JSON.parse(readFileSync(file, 'utf8')).map(([text, pair]) => ({
  text,
  ...(pair === undefined ? {} : { pair }),
  line: 0,
}));
const engine = await startEngine({ environment: readEnvironment(), note: () => {} });
const model = await loadTrainedModel(engine, await openModelFolder(folder));
const first = model.task.labels[0];

async function pass(given) {
  const likely = [];
  for await (const { probabilities } of predict(model, given, { maxLength })) likely.push(probabilities[first]);
  return likely;
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
const features = await model.task.featurize(model.tokenizer, examples, { maxLength, purpose: 'prediction' });
const tokenize_seconds = (performance.now() - began) / 1000;
const tokens = features.reduce((sum, { sequences }) => sum + sequences[0].length, 0);
console.log(
  JSON.stringify({
    seconds,
    tokenize_seconds,
    tokens,
    first_class,
    peak_rss_mb: peakMemory(process.pid),
    versions: { engine: `${engine.name} ${engine.version}` },
  }),
);
