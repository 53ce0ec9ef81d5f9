import type { Scene } from '../scene.ts';

/** Of which rows and which step the diagnostics are. */
export function measuredAt({ state }: Scene): string {
  const { diagnostics } = state;
  return diagnostics === null ? '' : `${diagnostics.split} @${diagnostics.step}`;
}
