/**
 * Times the engine's kernels at the shapes of a model and a batch. One argument: {"config", "tokens", "length", "kernels", "bf16", "only",
 * "seconds"}. Prints one line of JSON.
 */
import { readEnvironment } from '../../dist/cli/environment.js';
import { composedKernels } from '../../dist/src/encoder/composed.js';
import { createEngine } from '../../dist/src/engine/create.js';
import { kernelTable } from '../lib/kernel-table.mjs';
import { timed } from '../lib/timed.mjs';

const { config, tokens, length, kernels: wanted, bf16, only, seconds } = JSON.parse(process.argv[2]);
const { engine: kind, cacheDir } = readEnvironment();
const engine = await createEngine({ kind, cacheDir, kernels: wanted, bfloat16: bf16 });
const kernels = engine.layerKernels ?? composedKernels(engine);

const rows = [];
for (const [name, prepare] of Object.entries(kernelTable)) {
  if (only !== null && !only.some((part) => name.includes(part))) continue;
  const alive = engine.liveTensors();
  const { before, work, after, operations, bytes, release } = prepare({ engine, kernels, config, tokens, length });
  const time = timed(work, {
    seconds,
    atLeast: 5,
    before,
    after: after ?? ((made) => engine.dispose(...[made].flat())),
  });
  release();
  const leaked = engine.liveTensors() - alive;
  if (leaked !== 0) throw new Error(`${name}: ${leaked} tensors are left over`);
  rows.push({
    kernel: name,
    milliseconds: Number((time.median * 1000).toFixed(3)),
    least_milliseconds: Number((time.least * 1000).toFixed(3)),
    ...(operations === undefined ? {} : { gflops: Number((operations / time.median / 1e9).toFixed(1)) }),
    ...(bytes === undefined ? {} : { gigabytes_per_second: Number((bytes / time.median / 1e9).toFixed(1)) }),
  });
}
console.log(
  JSON.stringify({
    engine: `${engine.name} ${engine.version}`,
    layer_kernels: engine.layerKernels === null ? 'composed' : 'fused',
    kernels: rows,
  }),
);
