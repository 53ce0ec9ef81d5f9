/**
 * The kernels of `native/` for WebAssembly, in AssemblyScript, on one thread. They work on tensors where the backend keeps them:
 * its memory is this module's memory, all addresses are in it, and nothing is allocated here.
 */
export { attention, attentionGradient, attentionScratch } from './attention';
export { biasActivation, biasActivationGradient } from './activation';
export { dropoutMask, scatterRows } from './embedding';
export { embeddingNorm, normGradient, residualNorm } from './norm';
export { adamW, sumOfSquares } from './optimizer';
export { product, productScratch, sumTile } from './product';
