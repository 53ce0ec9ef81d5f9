import { essence, runCommand } from './run-command.ts';

// A process of its own, as for the addon: kernels that do not fit the processor end the process that runs them.
const PROBE = `
const binding = require(process.argv[1]);
const { setThreads } = require(process.argv[2]);
setThreads(0);
const { TF_FLOAT } = binding;
const [rows, width] = [64, 20];
const values = Float32Array.from({ length: rows * width }, (_, i) => (i % 31) / 5 - 3);
const bias = Float32Array.from({ length: width }, (_, i) => i % 2);
const inputs = [binding.createTensor([rows, width], TF_FLOAT, values), binding.createTensor([width], TF_FLOAT, bias)];
const run = (name, inputs, attributes) => binding.executeOp(name, attributes, inputs, 1)[0].id;
const T = [{ name: 'T', type: binding.TF_ATTR_TYPE, value: TF_FLOAT }];
const output = binding.tensorDataSync(run('DistiltuneBiasGelu', inputs, []));
// The same from TensorFlow's own ops: x (1 + erf(x / sqrt(2))) / 2.
const x = run('AddV2', inputs, T);
const root = binding.createTensor([], TF_FLOAT, Float32Array.of(Math.SQRT1_2));
const erf = binding.tensorDataSync(run('Erf', [run('Mul', [x, root], T)], T));
const sums = binding.tensorDataSync(x);
let difference = 0;
for (let i = 0; i < output.length; i++) {
  const expected = (sums[i] * (1 + erf[i])) / 2;
  if (!(Math.abs(output[i] - expected) <= difference)) difference = Math.abs(output[i] - expected);
}
console.log(JSON.stringify({ values: output.length, difference }));
`;

/** Rounding of a value of up to 4, and of TensorFlow's erf. */
const TOLERANCE = 2e-6;

/**
 * Loads the kernels after the addon, in a child process, and compares the values of one of them with TensorFlow's own.
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
  const said = JSON.parse(result.stdout.trim().split('\n').at(-1) ?? '') as { difference: number | null };
  if (said.difference === null || said.difference > TOLERANCE) {
    throw new Error(`the kernels compute wrong values: GELU is off by ${said.difference ?? 'NaN'}`);
  }
}
