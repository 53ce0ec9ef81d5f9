import { readFileSync } from 'node:fs';

/** Whether the process is there and has not ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

/** A process that has ended, but whose parent has not asked how. Linux tells. */
function isZombie(pid: number): boolean {
  try {
    return statFields(pid)[0] === 'Z';
  } catch {
    return false;
  }
}

/** Two clocks are compared, of which one ticks a hundred times a second. */
const slackMs = 1000;

/**
 * Whether the process of that number is the one that wrote something then, not a later one that was given its number.
 * @param heartbeat ISO time at which it wrote
 */
export function isWriterAlive({ pid, heartbeat }: { pid: number; heartbeat: string }): boolean {
  if (!isAlive(pid)) return false;
  const started = startOf(pid);
  // A time that cannot be read says nothing.
  return started === null || !(started > Date.parse(heartbeat) + slackMs);
}

/** Of Linux's clock, on every machine that Node.js runs on. */
const ticksPerSecond = 100;

/** When a process began, in milliseconds since 1970; null where the system does not tell. */
function startOf(pid: number): number | null {
  try {
    const boot = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'));
    const ticks = Number(statFields(pid)[19]);
    const began = (Number(boot![1]) + ticks / ticksPerSecond) * 1000;
    return Number.isNaN(began) ? null : began;
  } catch {
    return null;
  }
}

/** What Linux says of a process after its name in brackets, which may hold anything: its state first. */
function statFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
