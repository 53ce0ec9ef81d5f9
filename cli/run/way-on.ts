import { shellLine } from '../dashboard/start/shell.ts';
import { checkpointSteps } from './saved-point.ts';

/** How to go on with a run that ended before its end. */
export function wayOn(run: string, ...settings: string[]): string {
  const [newest] = checkpointSteps(run);
  const command = shellLine(['distiltune', 'train', '--resume', run, ...settings]);
  return newest === undefined ? `begin it again: ${command}` : `go on after step ${newest}: ${command}`;
}
