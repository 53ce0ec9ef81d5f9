import { closeSync, openSync, readSync } from 'node:fs';
import os from 'node:os';
import { type Environment, runCommand } from './run-command.ts';

/** The instruction sets that matter to matrix products, by the names Linux gives them, each with its usual one. */
const INSTRUCTION_SETS: Record<string, string> = {
  sse4_2: 'SSE4.2',
  avx: 'AVX',
  avx2: 'AVX2',
  fma: 'FMA',
  avx512f: 'AVX512F',
  avx512_vnni: 'AVX512_VNNI',
  avx512_bf16: 'AVX512_BF16',
  avx512_fp16: 'AVX512_FP16',
  avx_vnni: 'AVX_VNNI',
  amx_tile: 'AMX_TILE',
  amx_bf16: 'AMX_BF16',
  amx_int8: 'AMX_INT8',
  asimd: 'NEON',
  asimdhp: 'FP16',
  bf16: 'BF16',
  i8mm: 'I8MM',
  sve: 'SVE',
  sve2: 'SVE2',
};
// What macOS calls the same things.
const MACOS_NAMES: Record<string, string> = { 'sse4.2': 'sse4_2', 'avx1.0': 'avx' };

export interface Processor {
  model: string;
  /** Threads that can run at once: what both TensorFlow and the operating system count. */
  threads: number;
  /** null where the operating system does not tell. */
  instructionSets: string[] | null;
}

/** What the machine computes with, as far as its operating system says. */
export async function describeProcessor(environment: Environment): Promise<Processor> {
  const flags = await processorFlags(environment);
  return {
    model: os.cpus()[0]?.model.trim() || os.arch(),
    threads: os.availableParallelism(),
    instructionSets: flags === null ? null : instructionSets(flags),
  };
}

/** The known instruction sets among a processor's flags, in the order of the table. */
export function instructionSets(flags: string): string[] {
  const present = new Set(flags.toLowerCase().split(/\s+/));
  for (const [theirs, ours] of Object.entries(MACOS_NAMES)) if (present.has(theirs)) present.add(ours);
  return Object.entries(INSTRUCTION_SETS)
    .filter(([flag]) => present.has(flag))
    .map(([, name]) => name);
}

/** The flags of the first processor in /proc/cpuinfo; null where there is none. */
export function linuxProcessorFlags(): string | null {
  try {
    const file = openSync('/proc/cpuinfo', 'r');
    try {
      // The kernel asks every processor for the whole of it: on large machines that takes long.
      const start = Buffer.alloc(16_384);
      const text = start.toString('utf8', 0, readSync(file, start));
      return /^(?:flags|Features)\s*:(.*)\n/m.exec(text)?.[1] ?? null;
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

async function processorFlags(environment: Environment): Promise<string | null> {
  if (os.platform() === 'linux') return linuxProcessorFlags();
  if (os.platform() === 'darwin') {
    if (os.arch() === 'arm64') return 'asimd asimdhp';
    const names = ['machdep.cpu.features', 'machdep.cpu.leaf7_features'];
    const result = await runCommand('sysctl', ['-n', ...names], { environment });
    return result.code === 0 ? result.stdout : null;
  }
  return null;
}
