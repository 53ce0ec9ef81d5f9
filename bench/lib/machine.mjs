/** What a figure was measured on and with. */
import { readFileSync } from 'node:fs';
import os from 'node:os';

/** Whether it was at rest is seen by the load: of the minute before, all processes together. */
export function machine() {
  return {
    date: new Date().toISOString(),
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memory_mb: Math.round(os.totalmem() / 2 ** 20),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    load_before: Number((os.loadavg()[0] ?? 0).toFixed(2)),
  };
}

export function ownVersions() {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return { distiltune: version, node: process.versions.node };
}

/**
 * The most memory that a process ever held, in MB of 2^20 bytes (Linux: VmHWM). null where the system does not tell, or the process
 * is gone.
 */
export function peakMemory(pid) {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
  } catch {
    return null;
  }
}
