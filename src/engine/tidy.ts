import type * as tfjs from '@tensorflow/tfjs-core';

/**
 * `tf.tidy`, except that values are not looked through for tensors: it walks a typed array element by element, which for
 * the weights of a model takes half a minute.
 */
export function createTidy(tf: Pick<typeof tfjs, 'tidy'>): <R>(work: () => R) => R {
  return (work) => {
    let result: ReturnType<typeof work> | undefined;
    tf.tidy(() => {
      result = work();
      return (ArrayBuffer.isView(result) ? undefined : result) as tfjs.TensorContainer;
    });
    return result!;
  };
}
