/** What the engine's matrix product reaches here, in a process like that of training. */
import { runEngineScript } from './processes.mjs';

/**
 * @param {{ dim: number, hiddenDim: number }} sizes
 * @param {number} tokens rows of a linear layer's input: those of a batch
 * @param {number} threads
 * @returns `gflops` of a 2048^3 product, the median of many; `best_shape_gflops`, the greatest of it and the shapes that training has
 */
export async function measureMatrixPeak({ dim, hiddenDim }, tokens, threads) {
  const shapes = [
    [2048, 2048, 2048],
    [tokens, dim, dim],
    [tokens, dim, hiddenDim],
    [tokens, hiddenDim, dim],
  ];
  return runEngineScript('matrix-product', { shapes }, { threads });
}
