import { createEngine } from '../../src/engine/create.ts';
import { engineLayout } from '../../src/engine/install/layout.ts';
import { measureMatrixProduct } from '../../src/engine/install/measure.ts';
import { probeAddon } from '../../src/engine/install/probe-addon.ts';
import { probeKernels } from '../../src/engine/install/probe-kernels.ts';
import { describeProcessor, type Processor } from '../../src/engine/install/processor.ts';
import { publishedSources } from '../../src/engine/install/sources.ts';
import { loadKernels, loadNative, type OwnProducts } from '../../src/engine/load-native.ts';
import { loadWasm } from '../../src/engine/load-wasm.ts';
import {
  type EngineLocation,
  findKernels,
  type KernelsFailure,
  locateEngine,
  readRecord,
} from '../../src/engine/locate.ts';
import { UsageError } from '../../src/errors.ts';
import type { Context } from '../context.ts';
import type { Environment } from '../environment.ts';
import { inEngineProcess } from '../run/engine-process.ts';

/** What `distiltune engine info --json` prints. */
export interface EngineInfo {
  engine: 'tensorflow' | 'wasm';
  versions: { node: string; tfjs: string; tfjsNode: string | null; tensorflow: string | null };
  location: EngineLocation | null;
  processor: Processor;
  /** Threads the engine computes with. */
  threads: number;
  /** Whether TensorFlow uses oneDNN here; null for wasm. */
  oneDnn: boolean | null;
  /** The kernels that native TensorFlow computes with, and why none of our own; null for wasm, which has its own. */
  kernels: ({ used: 'fused' | 'composed' } & (KernelsFailure | { reason: null; fix: null })) | null;
  /** Which float matrix products of native TensorFlow are those of our own kernels. */
  ownProducts: OwnProducts;
  /** Billions of operations per second of a float32 matrix product of the engine's, `size` by `size`. */
  matrixProduct: { size: number; gflops: number };
  /** Why native TensorFlow is not in use. */
  reasons: string[];
}

const PRODUCTS: Record<OwnProducts, string> = {
  none: "TensorFlow's",
  small: "TensorFlow's, but for small ones",
  all: 'on AMX, each number as three of bfloat16, which is as exact',
};
const MATRIX_SIZE = 2048;
const MATRIX_RUNS = { tensorflow: 5, wasm: 3 };

/** `distiltune engine info`: which engine runs here, on what, and how fast, under the environment that training has. */
export function engineInfo(context: Context): Promise<void> {
  return inEngineProcess(context, async () => {
    const info = await describeEngine(context.environment);
    if (context.json) context.stdout.line(JSON.stringify(info, null, 2));
    else for (const [name, value] of infoRows(info)) context.stdout.line(`${name.padEnd(16)}${value}`);
  });
}

async function describeEngine(environment: Environment): Promise<EngineInfo> {
  const { engine, cacheDir, variables } = environment;
  if (!['auto', 'native', 'wasm'].includes(engine)) {
    throw new UsageError(`DISTILTUNE_ENGINE is "${engine}"`, { fix: 'set it to native or wasm, or leave it unset' });
  }
  const processor = await describeProcessor(variables);
  const node = process.versions.node;
  const { location, reasons } =
    engine === 'wasm' ? { location: null, reasons: ['DISTILTUNE_ENGINE is wasm'] } : locateEngine({ cacheDir });
  if (location) {
    const probe = await probeAddon(location.addon, { environment: variables, nodePath: process.execPath });
    const tf = loadNative(location);
    const kernels = await describeKernels(location, environment);
    const { used } = kernels;
    const own = used === 'fused' ? loadKernels(location, environment.threads) : null;
    const native = await createEngine({ kind: 'native', cacheDir, kernels: used, threads: environment.threads });
    return {
      engine: 'tensorflow',
      versions: { node, tfjs: tf.version_core, tfjsNode: location.tfjsNodeVersion, tensorflow: probe.tensorflow },
      location,
      processor,
      threads: environment.threads || processor.threads,
      oneDnn: probe.oneDnn,
      kernels,
      ownProducts: own?.products ?? 'none',
      matrixProduct: { size: MATRIX_SIZE, gflops: measureMatrixProduct(native, MATRIX_SIZE, MATRIX_RUNS.tensorflow) },
      reasons,
    };
  }
  if (engine !== 'wasm') {
    const record = readRecord(engineLayout(cacheDir, publishedSources.wheel.version).record);
    // That nothing was there before is what `reasons` says already.
    const failures = record?.failures.filter(({ step }) => step !== 'present') ?? [];
    reasons.push(...failures.map(({ reason, fix }) => (fix ? `${reason}; ${fix}` : reason)));
  }
  const tf = await loadWasm();
  const wasm = await createEngine({ kind: 'wasm', kernels: environment.kernels === 'composed' ? 'composed' : 'auto' });
  return {
    engine: 'wasm',
    versions: { node, tfjs: tf.version_core, tfjsNode: null, tensorflow: null },
    location: null,
    processor,
    threads: 1,
    oneDnn: null,
    kernels: null,
    ownProducts: 'none',
    matrixProduct: { size: MATRIX_SIZE, gflops: measureMatrixProduct(wasm, MATRIX_SIZE, MATRIX_RUNS.wasm) },
    reasons,
  };
}

async function describeKernels(
  location: EngineLocation,
  { kernels, cacheDir, variables }: Environment,
): Promise<NonNullable<EngineInfo['kernels']>> {
  if (kernels === 'composed') return { used: 'composed', reason: 'DISTILTUNE_KERNELS is composed', fix: 'unset it' };
  const found = findKernels(location, { cacheDir });
  if (found.failure) return { used: 'composed', reason: found.failure.reason, fix: found.failure.fix };
  try {
    await probeKernels(location.addon, found.kernels, { environment: variables, nodePath: process.execPath });
    return { used: 'fused', reason: null, fix: null };
  } catch (error) {
    const fix = 'run `distiltune engine install --force`, or set DISTILTUNE_KERNELS=composed';
    return { used: 'composed', reason: (error as Error).message, fix };
  }
}

function infoRows(info: EngineInfo): [string, string][] {
  const { versions, location, processor, matrixProduct } = info;
  const name =
    info.engine === 'wasm' ? `WebAssembly (tfjs ${versions.tfjs})` : `native TensorFlow ${versions.tensorflow}`;
  const rows: [string, string][] = [['engine', name]];
  if (location) {
    rows.push(['tfjs-node', `${versions.tfjsNode} (${location.tfjsNode})`], ['addon', location.addon]);
  }
  rows.push(
    ['node', `${versions.node}, ${process.platform} ${process.arch}`],
    ['processor', processor.model],
    ['threads', info.threads < processor.threads ? `${info.threads} of ${processor.threads}` : `${info.threads}`],
    ['instructions', processor.instructionSets?.join(' ') ?? 'unknown'],
  );
  if (info.oneDnn !== null) rows.push(['oneDNN', info.oneDnn ? 'on' : 'off']);
  if (info.kernels) {
    const { used, reason, fix } = info.kernels;
    rows.push(['kernels', used === 'fused' ? `fused (${location?.kernels})` : "composed of TensorFlow's own, slower"]);
    rows.push(['float products', PRODUCTS[info.ownProducts]]);
    if (reason !== null) rows.push(['not fused', fix === null ? reason : `${reason}; ${fix}`]);
  }
  const rate = `${matrixProduct.gflops.toFixed(1)} GFLOP/s`;
  rows.push(['matrix product', `${rate} (${matrixProduct.size} x ${matrixProduct.size}, float32)`]);
  for (const reason of info.reasons) rows.push(['not native', reason]);
  return rows;
}
