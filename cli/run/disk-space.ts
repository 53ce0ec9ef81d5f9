import { readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DistiltuneError } from '../../src/errors.ts';

/** What a run writes that is large. */
export interface SpaceNeeds {
  /** Bytes of a saved model. */
  model: number;
  /** Bytes of a saved checkpoint: the model and two moments of each weight. */
  checkpoint: number;
  /** Checkpoints that are kept. */
  keep: number;
}

/** @param weights numbers of all weights; `others`: bytes of the files beside them */
export function spaceNeeds(weights: number, others: number, keep: number): SpaceNeeds {
  const model = 4 * weights + others;
  return { model, checkpoint: model + 2 * 4 * weights, keep: Math.max(1, keep) };
}

/** Bytes that a run takes at its largest: a new checkpoint is whole before an old one goes. */
export const mostBytes = ({ model, checkpoint, keep }: SpaceNeeds): number => model + checkpoint * (keep + 1);
/** Bytes without which it can save nothing to go on with. */
export const leastBytes = ({ model, checkpoint }: SpaceNeeds): number => model + checkpoint;

/**
 * Looks, before anything is computed, whether a run's checkpoints will find room. What the folder has of an earlier run is room. Quotas
 * are not seen.
 * @returns what a person is to be warned of: not all checkpoints that are to be kept will fit; null: all is well
 * @throws DistiltuneError when not even one will
 */
export async function checkDiskSpace(folder: string, needs: SpaceNeeds): Promise<string | null> {
  const free = await freeBytes(folder);
  if (free === null) return null;
  const room = free + (await bytesBelow(join(folder, 'model'))) + (await bytesBelow(join(folder, 'checkpoints')));
  const parts = `a model of ${sizeText(needs.model)}, checkpoints of ${sizeText(needs.checkpoint)}`;
  if (room < leastBytes(needs)) {
    throw new DistiltuneError(
      `there is not enough room on the disk to save the run: ${sizeText(room)} free, needed ${sizeText(leastBytes(needs))} at least (${parts})`,
      { where: folder, fix: 'make room, or name a folder on another disk with -o' },
    );
  }
  if (room >= mostBytes(needs)) return null;
  const fix = needs.keep > 1 ? `; checkpoint.keep=1 takes ${sizeText(mostBytes({ ...needs, keep: 1 }))}` : '';
  return `the disk may become full: ${sizeText(room)} free, the run takes up to ${sizeText(mostBytes(needs))} (${parts}, of which ${needs.keep} stay and one more is written)${fix}`;
}

/** Of the disk that a folder is or will be on; null where the system does not tell. */
async function freeBytes(folder: string): Promise<number | null> {
  for (let path = resolve(folder); ; path = dirname(path)) {
    try {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || path === dirname(path)) return null;
    }
  }
}

async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0;
  }
  return bytes;
}

/** 12.3 GB, 45 MB, 6 kB. */
function sizeText(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.round(bytes / 1e3)} kB`;
}
