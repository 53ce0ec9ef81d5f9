import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { DistiltuneError } from '../../errors.ts';
import { findCompiler } from './compile-addon.ts';
import { KERNEL_FLAGS, KERNELS_FILE, type KernelsPart, OPTIONAL_KERNEL_FLAGS } from './kernels-part.ts';
import { probeKernels } from './probe-kernels.ts';
import { describeFiles, publishPart } from './publish-part.ts';
import { essence, runCommand } from './run-command.ts';
import { NODE_API_VERSION } from './sources.ts';
import type { StepContext } from './types.ts';

/**
 * Compiles the kernels of `native/` for this processor and tries them out before they get their place.
 * @param addon tfjs-node's, whose TensorFlow they become part of
 * @throws DistiltuneError with the compiler's reason, Error with the trial's
 */
export async function compileKernels(part: KernelsPart, addon: string, context: StepContext): Promise<void> {
  const compiler = await findCompiler(context);
  context.progress('compiling the kernels');
  const folder = `${context.temporary}-kernels`;
  await mkdir(folder);
  const run = async (args: string[]): Promise<void> => {
    const { temporary: cwd, environment, signal } = context;
    const result = await runCommand(compiler, args, { cwd, environment, signal });
    if (result.code === 0) return;
    throw new DistiltuneError(`${compiler} cannot compile the kernels: ${essence(result.stderr)}`, {
      fix: 'install a newer g++ or clang++, then run `distiltune engine install`; until then TensorFlow computes without',
    });
  };
  const nodeApi = path.dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json'));
  const flags = [
    ...KERNEL_FLAGS,
    ...(await acceptedFlags(compiler, context)),
    `-DNAPI_VERSION=${NODE_API_VERSION}`,
    ...['-I', part.include, '-I', path.join(nodeApi, 'include')],
  ];
  const objects = part.sources.map((source) => path.join(context.temporary, `${path.basename(source)}.o`));
  await eachAtOnce(os.availableParallelism(), part.sources, (source, i) =>
    run([...flags, '-c', source, '-o', objects[i]!]),
  );
  // No path to the libraries is left in it: they are the ones that the addon, loaded before, has brought.
  await run([
    ...['-shared', '-o', path.join(folder, KERNELS_FILE), ...objects],
    ...['-L', part.libraryFolder, ...part.libraries.map((library) => `-l:${library}`), '-lpthread'],
  ]);
  context.progress('trying the kernels out');
  await probeKernels(addon, path.join(folder, KERNELS_FILE), context);
  await publishPart(folder, part.folder, { files: await describeFiles(folder, [KERNELS_FILE]) });
}

/** Those of the optional flags that the compiler takes without a word. */
async function acceptedFlags(compiler: string, { environment, signal }: StepContext): Promise<string[]> {
  const tried = await Promise.all(
    OPTIONAL_KERNEL_FLAGS.map(async (flag) => {
      const args = [flag, '-Werror', '-fsyntax-only', '-x', 'c++', os.devNull];
      return { flag, accepted: (await runCommand(compiler, args, { environment, signal })).code === 0 };
    }),
  );
  return tried.filter(({ accepted }) => accepted).map(({ flag }) => flag);
}

/** Works on `width` items at once; the first failure is thrown when what runs has ended. */
async function eachAtOnce<T>(
  width: number,
  items: T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const failures: unknown[] = [];
  const takeItems = async () => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      await work(items[index]!, index).catch((error) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, takeItems));
  if (failures.length > 0) throw failures[0];
}
