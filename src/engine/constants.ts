import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tensor } from './types.ts';

/** Float scalars that are made once and kept, for the fixed numbers in formulas. */
export interface Constants {
  get(value: number): Tensor;
  /** How many are kept. */
  count(): number;
}

export function createConstants(tf: Pick<typeof tfjs, 'keep' | 'scalar'>): Constants {
  const kept = new Map<number, Tensor>();
  return {
    get(value) {
      let scalar = kept.get(value);
      if (!scalar) {
        scalar = tf.keep(tf.scalar(value));
        kept.set(value, scalar);
      }
      return scalar;
    },
    count: () => kept.size,
  };
}
