/**
 * Trains as the command line's training process does, and after every step, in the same process, times matrix products. One
 * argument: {"run": FOLDER, "shapes": [[m, k, n], ...], "settings": ["key=value", ...]}. Prints one line of JSON: for each step
 * its seconds, rows, tokens and the products' GFLOP/s after it.
 */
import { ofArgument, resolveSettings } from '../../dist/cli/config/resolve.js';
import { readEnvironment } from '../../dist/cli/environment.js';
import { runTraining } from '../../dist/cli/run/train-run.js';
import { startEngine } from '../../dist/cli/start-engine.js';
import { createControl } from '../../dist/src/index.js';
import { timed } from '../lib/timed.mjs';

const { run, shapes, settings } = JSON.parse(process.argv[2]);
const environment = readEnvironment();
const stopping = new AbortController();
const steps = [];
let engine;

function productGflops([m, k, n]) {
  const a = engine.floats(new Float32Array(m * k).fill(0.5), [m, k]);
  const b = engine.floats(new Float32Array(k * n).fill(0.25), [k, n]);
  // Two more runs before are not counted.
  const { median } = timed(() => engine.dispose(engine.matMul(a, b)), { seconds: 0.05, atLeast: 1 });
  engine.dispose(a, b);
  return (2 * m * k * n) / median / 1e9;
}

await runTraining(
  {
    ...resolveSettings({ commandLine: settings.map(ofArgument), usual: false }),
    output: { folder: run, isAsked: true },
    resume: false,
    dryRun: false,
    requirements: [],
    version: 'bench',
  },
  {
    environment,
    async startEngine() {
      engine = await startEngine({ environment, note: () => {} });
      return engine;
    },
    onEvent(event) {
      if (event.type !== 'step') return;
      const { seconds, tokens, examples, loss } = event;
      steps.push({ seconds, tokens, rows: examples, loss, gflops: shapes.map(productGflops) });
    },
    signal: stopping.signal,
    control: createControl(stopping),
  },
);
const kernels = engine.layerKernels === null ? 'composed' : 'fused';
console.log(JSON.stringify({ steps, engine: `${engine.name} ${engine.version} (${kernels} kernels)` }));
