import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DistiltuneError } from '../../errors.ts';
import { findTfjsNode, PACKAGE_IN_FOLDER } from '../locate.ts';
import { type EngineLayout, readManifest } from './layout.ts';
import { describeFiles, publishPart } from './publish-part.ts';
import { essence, runCommand } from './run-command.ts';
import { TFJS_NODE_VERSION } from './sources.ts';
import type { StepContext } from './types.ts';

/**
 * The folder of a tfjs-node of the right version: the program's own where node_modules has it, else the cache's, put
 * there now if need be.
 * @throws DistiltuneError when npm cannot fetch it
 */
export async function ensureTfjsNode(layout: EngineLayout, resolveFrom: string, context: StepContext): Promise<string> {
  const own = findTfjsNode(resolveFrom);
  if (own?.version === TFJS_NODE_VERSION) return own.folder;
  if (context.force || !readManifest(layout.tfjsNode)) {
    const folder = path.join(context.temporary, 'package');
    await npmInstallTfjsNode(folder, context);
    const files = await describeFiles(folder, [path.join(PACKAGE_IN_FOLDER, 'package.json')]);
    await publishPart(folder, layout.tfjsNode, { tfjsNode: TFJS_NODE_VERSION, files });
  }
  return path.join(layout.tfjsNode, PACKAGE_IN_FOLDER);
}

/**
 * `npm install` of tfjs-node into a folder, without running its install script.
 * @throws DistiltuneError with npm's reason
 */
export async function npmInstallTfjsNode(folder: string, context: StepContext): Promise<void> {
  context.progress(`fetching tfjs-node ${TFJS_NODE_VERSION}`);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
  const result = await runCommand(
    'npm',
    [
      ...['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      // When npm runs this program, its own options are in the environment and must not steer this second npm.
      ...['--global=false', '--workspaces=false', '--dry-run=false', '--package-lock-only=false'],
      `@tensorflow/tfjs-node@${TFJS_NODE_VERSION}`,
    ],
    { cwd: folder, environment: context.environment, signal: context.signal },
  );
  if (!result.found)
    throw new DistiltuneError('npm was not found', { fix: 'put npm, which comes with Node.js, on the PATH' });
  if (result.code !== 0) {
    throw new DistiltuneError(`npm cannot fetch tfjs-node ${TFJS_NODE_VERSION}: ${essence(result.stderr)}`, {
      fix: "check the network and npm's registry (`npm config get registry`), then run `distiltune engine install`",
    });
  }
}
