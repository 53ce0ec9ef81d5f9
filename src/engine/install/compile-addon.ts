import { mkdir, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { DistiltuneError } from '../../errors.ts';
import { type EngineLayout, readManifest } from './layout.ts';
import { probeAddon } from './probe-addon.ts';
import { describeFiles, publishPart } from './publish-part.ts';
import { essence, runCommand } from './run-command.ts';
import { NODE_API_VERSION, TFJS_NODE_VERSION } from './sources.ts';
import { LIBRARIES } from './tensorflow-library.ts';
import type { StepContext } from './types.ts';

export const ADDON_FILE = 'tfjs_binding.node';

/** @throws DistiltuneError that names the package to install when there is no C++ compiler */
export async function findCompiler({ environment, signal }: StepContext): Promise<string> {
  for (const compiler of ['g++', 'c++', 'clang++']) {
    if ((await runCommand(compiler, ['--version'], { environment, signal })).code === 0) return compiler;
  }
  throw new DistiltuneError('no C++ compiler was found (g++, c++, clang++)', {
    fix: 'install one (Debian, Ubuntu: apt install g++; Fedora: dnf install gcc-c++), then run `distiltune engine install`',
  });
}

/**
 * Compiles tfjs-node's addon against the library in the cache and tries it out before it gets its place.
 * @param tfjsNode folder of the tfjs-node package, whose `binding/` has the sources
 * @throws DistiltuneError with the compiler's, or the trial's, reason
 */
export async function compileAddon(
  layout: EngineLayout,
  tfjsNode: string,
  compiler: string,
  context: StepContext,
): Promise<void> {
  context.progress('compiling the addon');
  const tensorflow = readManifest(layout.library)?.tensorflow ?? '';
  // Where the final folder will be, one rename away: the addon finds its libraries from where it lies.
  const folder = `${context.temporary}-addon`;
  const link = path.join(context.temporary, 'link');
  await mkdir(folder);
  await mkdir(link);
  for (const library of LIBRARIES) await symlink(path.join(layout.library, library), path.join(link, library));
  // What the addon finds its libraries by: their folder seen from its own, so that the cache may be moved.
  const runPath = `$ORIGIN/${path.relative(layout.addon, layout.library)}`;
  const nodeApi = path.dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json'));
  const result = await runCommand(
    compiler,
    [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', `-DNAPI_VERSION=${NODE_API_VERSION}`],
      ...['-I', tfjsNode, '-I', path.join(nodeApi, 'include'), '-I', path.join(layout.library, 'include')],
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((source) => path.join(tfjsNode, 'binding', source)),
      ...['-o', path.join(folder, ADDON_FILE)],
      ...['-L', link, ...LIBRARIES.map((library) => `-l:${library}`), `-Wl,-rpath,${runPath}`],
    ],
    { cwd: context.temporary, environment: context.environment, signal: context.signal },
  );
  if (result.code !== 0) {
    throw new DistiltuneError(`${compiler} cannot compile the addon: ${essence(result.stderr)}`);
  }
  context.progress('trying the addon out');
  const probe = await probeAddon(path.join(folder, ADDON_FILE), context);
  if (probe.tensorflow !== tensorflow) {
    throw new DistiltuneError(`the addon runs on TensorFlow ${probe.tensorflow}, not ${tensorflow}`);
  }
  const files = await describeFiles(folder, [ADDON_FILE]);
  await publishPart(folder, layout.addon, { tfjsNode: TFJS_NODE_VERSION, tensorflow, files });
}
