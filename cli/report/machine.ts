import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { plural } from '../plain/table.ts';

/** This machine in a line: processor, cores, memory, system. */
export function machineText(): string {
  const [cpu] = cpus();
  const processor = cpu?.model.trim() || arch();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  return `${processor}, ${plural(availableParallelism(), 'core')}, ${memory}, ${platform()} ${arch()}`;
}
