/** Times matrix products of given shapes. One argument: {"shapes": [[m, k, n], ...]}. Prints one line of JSON. */
import { readEnvironment } from '../../dist/cli/environment.js';
import { startEngine } from '../../dist/cli/start-engine.js';
import { timed } from '../lib/timed.mjs';

const { shapes } = JSON.parse(process.argv[2]);
const engine = await startEngine({ environment: readEnvironment(), note: () => {} });

const products = shapes.map((shape) => {
  const [m, k, n] = shape;
  const a = engine.floats(new Float32Array(m * k).fill(0.5), [m, k]);
  const b = engine.floats(new Float32Array(k * n).fill(0.25), [k, n]);
  const seconds = timed(() => engine.dispose(engine.matMul(a, b)), { seconds: 1, atLeast: 8 });
  engine.dispose(a, b);
  const gflops = (time) => Number(((2 * m * k * n) / time / 1e9).toFixed(1));
  return { shape, gflops: gflops(seconds.median), best_gflops: gflops(seconds.least) };
});
const { gflops, best_gflops } = products[0];
console.log(
  JSON.stringify({
    engine: `${engine.name} ${engine.version}`,
    layer_kernels: engine.layerKernels === null ? 'composed' : 'fused',
    gflops,
    best_gflops,
    // Where caches are small or blocks are, the largest product is not the quickest.
    best_shape_gflops: Math.max(...products.map((product) => product.gflops)),
    products,
  }),
);
