import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { isScalar, isMap as isYamlMap, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { UsageError } from '../../src/errors.ts';
import { fieldOf, type Given } from './fields.ts';
import { valueOfYaml } from './values.ts';

/** The config file that is read when none is named. */
export const usualConfigFile = 'distiltune.config.yaml';

/**
 * The settings that a YAML file has, each with its line. Keys may be nested or dotted. Paths in it are relative to the
 * file's own folder.
 * @throws UsageError when it cannot be read or is no YAML map
 */
export function readYamlFile(path: string): Given[] {
  const text = readText(path);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new UsageError(`this is not valid YAML: ${error.message.split('\n')[0]}`, {
      where: `${path}, line ${line}, column ${col}`,
      fix: 'write one "key: value" to a line; distiltune init writes an example',
    });
  }
  const root = document.contents as Node | null;
  if (root === null) return [];
  if (!isYamlMap(root)) {
    throw new UsageError('a config file is a map of settings', {
      where: path,
      fix: 'write one "key: value" to a line; distiltune init writes an example',
    });
  }
  const given: Given[] = [];
  collect(root, '', (key, pair, node) => {
    const start = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? 0;
    const field = fieldOf.get(key);
    const value = node === null ? null : (node as Node).toJS(document);
    given.push({
      key,
      value: field === undefined ? value : relocate(key, valueOfYaml(field, value), dirname(path)),
      origin: `${path}, line ${lines.linePos(start).line}`,
    });
  });
  return given;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const missing = !existsSync(path);
    throw new UsageError(missing ? 'there is no such config file' : 'the config file cannot be read', {
      where: path,
      fix: missing ? 'distiltune init writes one' : 'check its permissions',
      cause,
    });
  }
}

/** Goes down to the settings: `classWeights` is one although its value is a map. */
function collect(map: YAMLMap, prefix: string, visit: (key: string, pair: Pair, value: unknown) => void): void {
  for (const pair of map.items) {
    const key = prefix + String(isScalar(pair.key) ? pair.key.value : pair.key);
    const groups = [...fieldOf.keys()].some((known) => known.startsWith(`${key}.`));
    if (isYamlMap(pair.value) && groups) collect(pair.value, `${key}.`, visit);
    else visit(key, pair, pair.value);
  }
}

const fileKeys = ['data.train', 'data.validation', 'data.test'];

function relocate(key: string, value: unknown, folder: string): unknown {
  if (typeof value !== 'string' || isAbsolute(value) || value === '-') return value;
  if (fileKeys.includes(key) || (key === 'model' && /^\.\.?[\\/]/.test(value))) {
    return relative('.', join(folder, value)) || '.';
  }
  return value;
}
