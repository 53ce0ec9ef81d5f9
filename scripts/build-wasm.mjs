/** Compiles `wasm/` to `wasm/kernels.wasm`, unless that is newer than all its sources. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../wasm/', import.meta.url));
const binary = `${folder}kernels.wasm`;
const sources = readdirSync(folder).filter((name) => name.endsWith('.ts'));
const changedAt = (path) => statSync(path).mtimeMs;
const newest = Math.max(...[...sources.map((name) => folder + name), fileURLToPath(import.meta.url)].map(changedAt));

if (!existsSync(binary) || changedAt(binary) < newest) {
  const { main } = await import('assemblyscript/asc');
  const { error, stderr } = await main(
    [
      ...[`${folder}index.ts`, '--outFile', binary, '-O3', '--enable', 'simd'],
      // Nothing is allocated and nothing checked: addresses and sizes come from src/engine/wasm-ops.ts.
      ...['--runtime', 'stub', '--noAssert', '--importMemory', '--noExportMemory', '--initialMemory', '0'],
    ],
    {},
  );
  if (error) {
    process.stderr.write(stderr.toString());
    throw error;
  }
}
