import { type InstallResult, installEngine } from '../../src/engine/install/install.ts';
import { loadWasm, loadWasmKernels } from '../../src/engine/load-wasm.ts';
import type { KernelsFailure } from '../../src/engine/locate.ts';
import { DistiltuneError } from '../../src/errors.ts';
import type { Context } from '../context.ts';
import { showInstallProgress } from './progress.ts';

export interface EngineInstallOptions {
  /** Install anew what is there already. */
  force?: boolean;
  /** Leave native TensorFlow alone and see whether wasm works. */
  wasm?: boolean;
}

/**
 * `distiltune engine install`. Ends well without native TensorFlow too, since wasm remains; one line says so then, with
 * `--quiet` as without. `--quiet` keeps still when nothing has to be done.
 */
export async function engineInstall(context: Context, { force = false, wasm = false }: EngineInstallOptions = {}) {
  if (wasm) {
    await loadWasmKernels(await loadWasm());
    if (context.json) context.stdout.line(JSON.stringify({ engine: 'wasm' }, null, 2));
    else if (!context.quiet) context.stdout.line('wasm works; DISTILTUNE_ENGINE=wasm has it used where both are there');
    return;
  }
  const result = await installWithProgress(context, force);
  if (context.json) context.stdout.line(JSON.stringify(result, null, 2));
  else if (!result.location) context.stderr.line(wasmLine(context, result));
  else {
    const { location, tensorflow, step, kernelsFailure } = result;
    if (step !== 'present' || !context.quiet) {
      const now = step === 'present' ? '' : 'now ';
      context.stdout.line(`native TensorFlow ${tensorflow} is ${now}installed (${location.addon})`);
      if (location.kernels) context.stdout.line(`its kernels are compiled for this processor (${location.kernels})`);
    }
    if (kernelsFailure) context.stderr.line(composedLine(context, kernelsFailure));
  }
}

async function installWithProgress(context: Context, force: boolean): Promise<InstallResult> {
  const abort = new AbortController();
  const stopWith = (exitCode: number) => () => {
    abort.abort(new DistiltuneError('the installation was stopped; the next one begins where it can', { exitCode }));
  };
  const interrupt = stopWith(130);
  const terminate = stopWith(143);
  const hangUp = stopWith(129);
  process.once('SIGINT', interrupt).once('SIGTERM', terminate).once('SIGHUP', hangUp);
  const progress = showInstallProgress(context.stderr, context.environment.plain);
  try {
    return await installEngine({
      cacheDir: context.environment.cacheDir,
      environment: context.environment.variables,
      nodePath: process.execPath,
      force,
      signal: abort.signal,
      onProgress: (step) => {
        if (!context.quiet || step.step !== 'present') progress.show(step);
      },
    });
  } finally {
    progress.clear();
    process.off('SIGINT', interrupt).off('SIGTERM', terminate).off('SIGHUP', hangUp);
  }
}

/** That the compiled kernels are not used, why, and what to do about it, in one line. */
function composedLine({ stderr }: Context, { reason, fix }: KernelsFailure): string {
  const change = fix === null ? '' : `. To change it: ${fix}`;
  return `${stderr.colors.yellow('composed kernels')} (slower than compiled ones): ${reason}${change}`;
}

/** That wasm is used, what it costs, why, and what to do about it, in one line. */
function wasmLine({ stderr }: Context, { failures }: InstallResult): string {
  const decisive = failures.findLast((failure) => failure.fix) ?? failures.at(-1);
  const cost = 'about 5 times slower than native TensorFlow on 2 cores, more on more';
  const fix = decisive?.fix ?? '`distiltune engine info` lists what was tried';
  return `${stderr.colors.yellow('wasm engine')} (${cost}): ${decisive?.reason}. To change it: ${fix}`;
}
