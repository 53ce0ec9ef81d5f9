/**
 * The floating-point operations that a loss needs, of matrix products with weights.
 *
 * A linear layer of `w` weights on `n` rows takes 2 w n operations forwards and as many for each of its two gradients, of
 * what went in and of the weights: 6 w n. A layer of the encoder has 4 D^2 weights in attention and 2 D F in its
 * feed-forward, and runs on all T real tokens. A head that reads the first token of each of B rows needs of the last
 * layer keys and values for all tokens (2 D^2), and queries, output and feed-forward (2 D^2 + 2 D F) for B rows only.
 * Left out, so that the share is rather too low than too high: the products of queries with keys and of probabilities with values,
 * everything that is no matrix product, and the optimizer.
 */

/**
 * @param {{ dim: number, hiddenDim: number, nLayers: number }} sizes D, F and the number of layers
 * @param {{ kind: 'sequence' | 'tokens', labels: number, tokens: number, rows: number }} work real tokens and rows that were trained on
 * @returns operations
 */
export function neededTrainingWork({ dim: D, hiddenDim: F, nLayers }, { kind, labels, tokens, rows }) {
  const layer = 4 * D * D + 2 * D * F;
  if (kind === 'tokens') return 6 * tokens * (nLayers * layer + labels * D);
  const keysAndValues = 2 * D * D;
  const head = D * D + labels * D;
  return 6 * (tokens * ((nLayers - 1) * layer + keysAndValues) + rows * (layer - keysAndValues + head));
}
