import { essence, runCommand } from './run-command.ts';

// A process of its own, as for the addon: kernels that do not fit the processor end the process that runs them.
const PROBE = `
const binding = require(process.argv[1]);
const { setThreads, smallProducts, tiles } = require(process.argv[2]);
setThreads(0);
const { TF_FLOAT, TF_INT32, TF_ATTR_BOOL } = binding;
const [rows, width] = [64, 20];
const values = Float32Array.from({ length: rows * width }, (_, i) => (i % 31) / 5 - 3);
const bias = Float32Array.from({ length: width }, (_, i) => i % 2);
const inputs = [binding.createTensor([rows, width], TF_FLOAT, values), binding.createTensor([width], TF_FLOAT, bias)];
const run = (name, inputs, attributes) => binding.executeOp(name, attributes, inputs, 1)[0].id;
const T = [{ name: 'T', type: binding.TF_ATTR_TYPE, value: TF_FLOAT }];
const furthest = (found, expected) =>
  found.reduce((most, x, i) => (Math.abs(x - expected[i]) <= most ? most : Math.abs(x - expected[i])), 0);
const output = binding.tensorDataSync(run('DistiltuneBiasGelu', inputs, []));
// The same from TensorFlow's own ops: x (1 + erf(x / sqrt(2))) / 2.
const x = run('AddV2', inputs, T);
const root = binding.createTensor([], TF_FLOAT, Float32Array.of(Math.SQRT1_2));
const erf = binding.tensorDataSync(run('Erf', [run('Mul', [x, root], T)], T));
const sums = binding.tensorDataSync(x);
const differences = { GELU: furthest(output, sums.map((sum, i) => (sum * (1 + erf[i])) / 2)) };
if (smallProducts || tiles) {
  // x xT, [rows, rows]; no sum is over 1.
  const scaled = binding.createTensor([rows, width], TF_FLOAT, values.map((value) => value / 14));
  const sides = binding.createTensor([2], TF_INT32, Int32Array.of(0, 1));
  const flag = (name, value) => ({ name, type: TF_ATTR_BOOL, value });
  const theirs = run('MatMul', [scaled, scaled], [...T, flag('transpose_a', false), flag('transpose_b', true)]);
  const ours = run('DistiltuneProduct', [scaled, scaled, sides], []);
  differences['a matrix product'] = furthest(binding.tensorDataSync(ours), binding.tensorDataSync(theirs));
}
console.log(JSON.stringify(differences));
`;

/** Rounding of a value of up to 4, of a sum of 20 products, and of TensorFlow's erf. */
const TOLERANCE = 2e-6;

/**
 * Loads the kernels after the addon, in a child process, and compares the values of two of them with TensorFlow's own.
 * @throws with the reason in one line when they do not load, end the process or compute something else
 */
export async function probeKernels(
  addon: string,
  kernels: string,
  options: { nodePath: string; environment: Record<string, string | undefined>; signal?: AbortSignal | undefined },
): Promise<void> {
  const result = await runCommand(options.nodePath, ['--input-type=commonjs', '-e', PROBE, addon, kernels], {
    environment: { ...options.environment, NODE_OPTIONS: undefined, TF_CPP_MIN_LOG_LEVEL: '2' },
    signal: options.signal,
  });
  if (result.endedBy) {
    const why = result.endedBy === 'SIGILL' ? ': the processor lacks instructions they use' : '';
    throw new Error(`the kernels ended their process with ${result.endedBy}${why}`);
  }
  if (result.code !== 0) throw new Error(`the kernels do not run: ${essence(result.stderr)}`);
  const said = JSON.parse(result.stdout.trim().split('\n').at(-1) ?? '') as Record<string, number | null>;
  for (const [what, difference] of Object.entries(said)) {
    if (difference === null || difference > TOLERANCE) {
      throw new Error(`the kernels compute wrong values: ${what} is off by ${difference ?? 'NaN'}`);
    }
  }
}
