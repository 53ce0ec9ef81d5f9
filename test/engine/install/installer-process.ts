// Runs the installer in a process of its own that a test can kill: `installer-process.ts CACHE_DIR SOURCES_JSON`.
import { installEngine } from '../../../src/engine/install/install.ts';

const [cacheDir, sources] = process.argv.slice(-2) as [string, string];
await installEngine({
  cacheDir,
  environment: process.env,
  nodePath: process.execPath,
  steps: ['wheel', 'wasm'],
  sources: JSON.parse(sources),
  onProgress: ({ message }) => process.stdout.write(`${message}\n`),
});
