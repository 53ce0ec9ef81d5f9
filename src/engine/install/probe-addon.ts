import { essence, runCommand } from './run-command.ts';

/** What an addon says of itself in a process of its own. */
export interface AddonProbe {
  tensorflow: string;
  /** Whether TensorFlow computes with oneDNN on this machine under this environment. */
  oneDnn: boolean;
}

// A program of its own, in text, because it must not share anything with the caller: an addon made for another
// processor or another C library ends the process that loads it.
const PROBE = `
const binding = require(process.argv[1]);
const { TF_FLOAT, TF_ATTR_TYPE, TF_ATTR_BOOL } = binding;
const matrix = (shape, values) => binding.createTensor(shape, TF_FLOAT, Float32Array.from(values));
const flag = (name) => ({ name, type: TF_ATTR_BOOL, value: false });
const attributes = [flag('transpose_a'), flag('transpose_b'), { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }];
const inputs = [matrix([2, 3], [1, 2, 3, 4, 5, 6]), matrix([3, 2], [7, 8, 9, 10, 11, 12])];
const [product] = binding.executeOp('MatMul', attributes, inputs, 1);
console.log(JSON.stringify({ tensorflow: binding.TF_Version, product: [...binding.tensorDataSync(product.id)] }));
`;
const PRODUCT = '[58,64,139,154]';

/**
 * Loads an addon in a child process and multiplies two matrices with it.
 * @throws with the reason in one line when it does not load or computes something else
 */
export async function probeAddon(
  addon: string,
  options: { nodePath: string; environment: Record<string, string | undefined>; signal?: AbortSignal | undefined },
): Promise<AddonProbe> {
  const result = await runCommand(options.nodePath, ['--input-type=commonjs', '-e', PROBE, addon], {
    // TensorFlow says at this level of its log whether oneDNN is on; there is no other way to learn it.
    environment: { ...options.environment, NODE_OPTIONS: undefined, TF_CPP_MIN_LOG_LEVEL: '0' },
    signal: options.signal,
  });
  if (result.endedBy) {
    const why = result.endedBy === 'SIGILL' ? ': the processor lacks instructions it uses (AVX)' : '';
    throw new Error(`the addon ended its process with ${result.endedBy}${why}`);
  }
  if (result.code !== 0) throw new Error(`the addon does not load: ${essence(result.stderr)}`);
  const said = JSON.parse(result.stdout.trim().split('\n').at(-1) ?? '') as { tensorflow: string; product: number[] };
  if (JSON.stringify(said.product) !== PRODUCT) {
    throw new Error(`the addon computes a wrong matrix product: ${JSON.stringify(said.product)}, not ${PRODUCT}`);
  }
  return { tensorflow: said.tensorflow, oneDnn: /oneDNN custom operations are on/.test(result.stderr) };
}
