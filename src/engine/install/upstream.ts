import { existsSync } from 'node:fs';
import path from 'node:path';
import { DistiltuneError } from '../../errors.ts';
import { addonInPackage, PACKAGE_IN_FOLDER } from '../locate.ts';
import type { EngineLayout } from './layout.ts';
import { probeAddon } from './probe-addon.ts';
import { describeFiles, publishPart, watchFolders } from './publish-part.ts';
import { essence, runCommand } from './run-command.ts';
import { TFJS_NODE_VERSION } from './sources.ts';
import { npmInstallTfjsNode } from './tfjs-node-package.ts';
import type { StepContext } from './types.ts';

const ANSWER_WITHIN_MS = 4_000;

/**
 * Has tfjs-node's own installer fetch library and addon, in a copy of the package inside the cache: it rewrites files
 * of the package it runs in, and stops half-way when the network does.
 * @throws DistiltuneError with the reason
 */
export async function installFromUpstream(layout: EngineLayout, host: string, context: StepContext): Promise<void> {
  context.progress(`asking ${new URL(host).hostname}`);
  await checkHost(host, context.signal);
  const folder = path.join(context.temporary, 'upstream');
  await npmInstallTfjsNode(folder, context);
  const tfjsNode = path.join(folder, PACKAGE_IN_FOLDER);
  const programs = path.join(folder, 'node_modules', '.bin');
  const pathName = Object.keys(context.environment).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const message = "running tfjs-node's own installer";
  context.progress(message);
  const result = await watchFolders(
    [path.join(tfjsNode, 'deps')],
    (bytes) => context.progress(message, bytes, null),
    () =>
      runCommand(context.nodePath, [path.join('scripts', 'install.js')], {
        cwd: tfjsNode,
        environment: {
          ...context.environment,
          [pathName]: [programs, context.environment[pathName]].filter(Boolean).join(path.delimiter),
          TFJS_NODE_CDN_STORAGE: host,
        },
        signal: context.signal,
      }),
  );
  const addon = addonInPackage(tfjsNode);
  if (result.code !== 0 || !existsSync(addon)) {
    throw new DistiltuneError(`tfjs-node's own installer failed: ${essence(`${result.stdout}\n${result.stderr}`)}`);
  }
  context.progress('trying the addon out');
  const { tensorflow } = await probeAddon(addon, context);
  const files = await describeFiles(folder, [path.relative(folder, addon)]);
  await publishPart(folder, layout.upstream, { tfjsNode: TFJS_NODE_VERSION, tensorflow, files });
}

/** Any answer will do: the root of a storage host is not a page. */
async function checkHost(host: string, signal: AbortSignal | undefined): Promise<void> {
  const timeout = AbortSignal.timeout(ANSWER_WITHIN_MS);
  try {
    await fetch(host, { method: 'HEAD', signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new DistiltuneError(`${new URL(host).hostname}, from which tfjs-node downloads, does not answer`, { cause });
  }
}
