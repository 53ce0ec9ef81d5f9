import pc from 'picocolors';
import { installEngine } from '../../src/engine/install/install.ts';
import { engineLayout, userCacheFolder } from '../../src/engine/install/layout.ts';
import { measureMatrixProduct } from '../../src/engine/install/measure.ts';
import { probeAddon } from '../../src/engine/install/probe-addon.ts';
import { describeProcessor, type Processor } from '../../src/engine/install/processor.ts';
import { publishedSources } from '../../src/engine/install/sources.ts';
import type { StepFailure } from '../../src/engine/install/types.ts';
import { loadNative } from '../../src/engine/load-native.ts';
import { loadWasm } from '../../src/engine/load-wasm.ts';
import { type EngineLocation, locateEngine, readRecord } from '../../src/engine/locate.ts';
import { DistiltuneError, UsageError } from '../../src/errors.ts';
import { createInstallProgress } from './engine-progress.ts';

export interface EngineInstallOptions {
  /** Say nothing when nothing has to be done. */
  quiet?: boolean;
  /** Install anew what is there already. */
  force?: boolean;
  /** Leave native TensorFlow alone and check that wasm works. */
  wasm?: boolean;
}

/** `distiltune engine install`: results to stdout, progress to stderr. */
export async function engineInstall({ quiet = false, force = false, wasm = false }: EngineInstallOptions) {
  if (wasm) {
    await loadWasm();
    if (!quiet) console.log('wasm works; to use it: DISTILTUNE_ENGINE=wasm');
    return;
  }
  const abort = new AbortController();
  const stop = (exitCode: number) => () =>
    abort.abort(new DistiltuneError('the installation was stopped', { exitCode }));
  const onInterrupt = stop(130);
  const onTerminate = stop(143);
  process.once('SIGINT', onInterrupt).once('SIGTERM', onTerminate);
  const progress = createInstallProgress(process.stderr);
  try {
    const result = await installEngine({
      cacheDir: userCacheFolder(process.env),
      environment: process.env,
      nodePath: process.execPath,
      force,
      signal: abort.signal,
      onProgress: (step) => {
        if (!quiet || step.step !== 'present') progress.show(step);
      },
    });
    progress.clear();
    if (!result.location) console.error(wasmLine(result.failures));
    else if (!quiet || result.step !== 'present') {
      const how = result.step === 'present' ? 'is installed' : 'is now installed';
      console.log(`native TensorFlow ${result.tensorflow} ${how} (${result.location.addon})`);
    }
  } finally {
    progress.clear();
    process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate);
  }
}

/** Why wasm is used, what it costs and what to do, in one line. */
function wasmLine(failures: StepFailure[]): string {
  const decisive = failures.findLast((failure) => failure.fix) ?? failures.at(-1);
  const why = decisive ? `: ${decisive.reason}` : '';
  const fix = decisive?.fix ?? 'see `distiltune engine info` for what was tried';
  return `${pc.yellow('wasm engine')} (about 6 times slower than native TensorFlow on 2 cores, more on more)${why}. To change it: ${fix}`;
}

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
  matrixProduct: { size: number; gflops: number };
  /** Why native TensorFlow is not in use. */
  reasons: string[];
}

const MATRIX_SIZE = 2048;
const MATRIX_RUNS = 5;

/** `distiltune engine info`: which engine runs here, on what, and how fast. */
export async function engineInfo({ json = false }: { json?: boolean }) {
  const info = await describeEngine();
  if (json) console.log(JSON.stringify(info, null, 2));
  else for (const [name, value] of infoRows(info)) console.log(`${name.padEnd(16)}${value}`);
}

async function describeEngine(): Promise<EngineInfo> {
  const cacheDir = userCacheFolder(process.env);
  const processor = await describeProcessor(process.env);
  const versions = { node: process.versions.node, tfjsNode: null, tensorflow: null };
  const located = nativeIsWanted()
    ? locateEngine({ cacheDir })
    : { location: null, reasons: ['DISTILTUNE_ENGINE=wasm'] };
  const { location } = located;
  if (location) {
    const probe = await probeAddon(location.addon, { environment: process.env, nodePath: process.execPath });
    process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
    const tf = loadNative(location);
    return {
      engine: 'tensorflow',
      versions: {
        ...versions,
        tfjs: tf.version_core,
        tfjsNode: location.tfjsNodeVersion,
        tensorflow: probe.tensorflow,
      },
      location,
      processor,
      threads: processor.threads,
      oneDnn: probe.oneDnn,
      matrixProduct: { size: MATRIX_SIZE, gflops: measureMatrixProduct(tf, MATRIX_SIZE, MATRIX_RUNS) },
      reasons: [],
    };
  }
  const tf = await loadWasm();
  const record = readRecord(engineLayout(cacheDir, publishedSources.wheel.version).record);
  // That nothing was installed yet is what `located` says already.
  const failures = nativeIsWanted() ? (record?.failures ?? []).filter(({ step }) => step !== 'present') : [];
  return {
    engine: 'wasm',
    versions: { ...versions, tfjs: tf.version_core },
    location: null,
    processor,
    threads: 1,
    oneDnn: null,
    matrixProduct: { size: MATRIX_SIZE, gflops: measureMatrixProduct(tf, MATRIX_SIZE, MATRIX_RUNS) },
    reasons: [...located.reasons, ...failures.map(({ reason, fix }) => (fix ? `${reason}; ${fix}` : reason))],
  };
}

function nativeIsWanted(): boolean {
  const wanted = process.env.DISTILTUNE_ENGINE ?? 'auto';
  if (!['auto', 'native', 'wasm'].includes(wanted)) {
    throw new UsageError(`DISTILTUNE_ENGINE is "${wanted}"`, { fix: 'set it to native or wasm, or leave it unset' });
  }
  return wanted !== 'wasm';
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
    ['threads', info.threads === 1 && processor.threads > 1 ? `1 of ${processor.threads}` : String(info.threads)],
    ['instructions', processor.instructionSets?.join(' ') ?? 'unknown'],
  );
  if (info.oneDnn !== null) rows.push(['oneDNN', info.oneDnn ? 'on' : 'off (TF_ENABLE_ONEDNN_OPTS=1 turns it on)']);
  rows.push([
    'matrix product',
    `${matrixProduct.gflops.toFixed(1)} GFLOP/s (${matrixProduct.size} x ${matrixProduct.size}, float32)`,
  ]);
  for (const reason of info.reasons) rows.push(['not native', reason]);
  return rows;
}
