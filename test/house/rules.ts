import { posix } from 'node:path';
import { blankSource } from './blank.ts';

/**
 * Who may import whom: the one table of the house. `src/` counts from the bottom: files directly in `src` (errors.ts) are the
 * foundation, and src/index.ts is what people import.
 */
const bottom = ['foundation', 'engine'];
const middle = [...bottom, 'encoder', 'text', 'data', 'heads'];
const mayImport: Record<string, readonly string[]> = {
  foundation: [],
  engine: ['foundation'],
  encoder: bottom,
  text: bottom,
  data: [...bottom, 'text'],
  heads: [...bottom, 'encoder', 'text', 'data'],
  tasks: middle,
  eval: [...middle, 'tasks', 'ml-metrics'],
  trainer: [...bottom, 'encoder', 'heads'],
  pipelines: [...middle, 'tasks', 'eval', 'trainer'],
  index: [...middle, 'tasks', 'eval', 'trainer', 'pipelines'],
  glue: [...middle, 'tasks', 'eval', 'trainer', 'pipelines', 'index', 'ml-metrics'],
  cli: [...middle, 'tasks', 'eval', 'trainer', 'pipelines', 'index', 'glue', 'ml-metrics'],
  'ml-metrics': [],
};
const mayImportTypes: Record<string, readonly string[]> = { trainer: ['data', 'tasks'] };

/** Rooms that are to run in a browser one day. */
const withoutNode = ['encoder', 'heads', 'tasks', 'trainer', 'eval', 'pipelines', 'ml-metrics'];

/** Rooms that may ask Node what machine this is, but not what the person wants: that comes in through arguments. */
const mayUseProcess = ['engine', 'data'];

const printing = /\bconsole\b|\bprocess\s*\??\.\s*(stdout|stderr|stdin)\b/;
const asking =
  /\bprocess\s*\??\.\s*(env|argv|exit|exitCode)\b|\{[^}]*\b(env|argv|exit|exitCode)\b[^}]*\}\s*=\s*process\b/;
const processObject = /(?<![\w$.#-])process\b(?!\s*[:(-])/;

interface Import {
  specifier: string;
  names: string;
  typeOnly: boolean;
  line: number;
}

/**
 * Every breach of the rules of docs/architecture.md, as `file:line: what and why`.
 * @param files text by path from the root of the project, `/` between folders
 */
export function breaches(files: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  const edges = new Map<string, { to: string; line: number }[]>();
  for (const [file, text] of files) {
    const room = roomOf(file);
    const report = (line: number, rule: string) => found.push(`${file}:${line}: ${rule}`);
    if (room === undefined) {
      report(1, 'belongs to no room of docs/architecture.md');
      continue;
    }
    const { withStrings, codeOnly } = blankSource(text);
    const targets: { to: string; line: number }[] = [];
    for (const item of importsOf(withStrings, codeOnly)) {
      const target = resolve(file, item.specifier);
      if (target === undefined) {
        for (const rule of breachesOfPackage(room, item)) report(item.line, rule);
        continue;
      }
      if (target.endsWith('.ts') || target.endsWith('.tsx')) {
        if (files.has(target)) targets.push({ to: target, line: item.line });
        else if (target !== 'ml-metrics.ts') report(item.line, `imports ${target}, which is not there`);
      }
      const rule = breachOfDirection(room, target === 'ml-metrics.ts' ? 'ml-metrics' : roomOf(target), item.typeOnly);
      if (rule !== undefined) report(item.line, rule);
    }
    edges.set(file, targets);
    if (room !== 'cli') {
      codeOnly.split('\n').forEach((code, index) => {
        for (const rule of breachesOfLine(room, code)) report(index + 1, rule);
      });
    }
  }
  return [...found, ...cycles(edges)];
}

/** The room a file is in. */
function roomOf(file: string): string | undefined {
  const [top, second, ...rest] = file.split('/');
  if (top === 'cli') return 'cli';
  if (top === 'packages' && second === 'ml-metrics') return 'ml-metrics';
  if (top === 'tasks' && second === 'glue') return 'glue';
  if (top !== 'src' || second === undefined) return undefined;
  if (rest.length === 0) return second === 'index.ts' ? 'index' : 'foundation';
  return second in mayImport ? second : undefined;
}

/** Imports, re-exports, `import()` of modules and of types, and `require`. */
function importsOf(code: string, codeOnly: string): Import[] {
  const statement =
    /(?<![\w$.])(?:import|export)(?<type>\s+type\b(?!\s*(?:,|from\b)))?(?<names>[^'"();=]*?\bfrom)?\s*(?<quote>['"])(?<specifier>[^'"\n]+)\k<quote>/g;
  const call = /(?<![\w$.])(?:import|require|require\.resolve)\s*\(\s*(?<quote>['"])(?<specifier>[^'"\n]+)\k<quote>/g;
  const matches = [...code.matchAll(statement), ...code.matchAll(call)];
  // What reads like an import inside a string is none.
  return matches
    .filter((match) => codeOnly[match.index] === code[match.index])
    .map((match) => ({
      specifier: match.groups!.specifier!,
      names: match.groups!.names ?? '',
      typeOnly: match.groups!.type !== undefined,
      line: code.slice(0, match.index).split('\n').length,
    }));
}

/** The path of a project's own file; undefined for a package and for what Node has built in. */
function resolve(file: string, specifier: string): string | undefined {
  if (specifier === 'ml-metrics') return 'ml-metrics.ts';
  if (!specifier.startsWith('.')) return undefined;
  return posix.join(posix.dirname(file), specifier);
}

function breachOfDirection(from: string, to: string | undefined, typeOnly: boolean): string | undefined {
  if (to === undefined || to === from || mayImport[from]!.includes(to)) return undefined;
  const types = mayImportTypes[from]?.includes(to) ?? false;
  if (types && typeOnly) return undefined;
  return `${from} may not import ${to}${types ? ' but for its types (import type)' : ''}`;
}

function breachesOfPackage(room: string, { specifier, names }: Import): string[] {
  const found: string[] = [];
  if (specifier.startsWith('node:') && withoutNode.includes(room)) {
    found.push(`${room} may not import ${specifier}: it is to run in a browser`);
  }
  if (/^(ink|react)(\/|$)/.test(specifier) && room !== 'cli') found.push(`only cli may import ${specifier}`);
  if (
    room !== 'cli' &&
    specifier === 'node:process' &&
    /\b(env|argv|exit|exitCode|stdout|stderr|stdin)\b/.test(names)
  ) {
    found.push('only cli may read env and argv, print or exit');
  }
  if (room !== 'cli' && specifier === 'node:console') found.push('only cli may print');
  return found;
}

function breachesOfLine(room: string, code: string): string[] {
  const found: string[] = [];
  if (printing.test(code)) found.push('only cli may print');
  else if (asking.test(code)) found.push('only cli may read env and argv or exit');
  else if (!mayUseProcess.includes(room) && processObject.test(code)) found.push(`${room} may not use process`);
  return found;
}

/** Every cycle among files, once, from its alphabetically first file. */
function cycles(edges: ReadonlyMap<string, { to: string; line: number }[]>): string[] {
  const found = new Set<string>();
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string) => {
    if (path.includes(file)) {
      const cycle = path.slice(path.indexOf(file));
      const first = cycle.indexOf([...cycle].sort()[0]!);
      const turned = [...cycle.slice(first), ...cycle.slice(0, first)];
      const line = edges.get(turned[0]!)!.find(({ to }) => to === (turned[1] ?? turned[0]))!.line;
      found.add(`${turned[0]}:${line}: a cycle of imports: ${[...turned, turned[0]].join(' -> ')}`);
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const { to } of edges.get(file) ?? []) visit(to);
    path.pop();
    done.add(file);
  };
  for (const file of edges.keys()) visit(file);
  return [...found];
}
