/** Times the kernels that a training step is made of. */
import { machine, ownVersions } from './lib/machine.mjs';
import { modelFolder, modelOptions, modelSizes } from './lib/models.mjs';
import { coresFor, runEngineScript } from './lib/processes.mjs';

export default {
  usage: 'kernels [options]',
  summary: 'Times the kernels of a training step: milliseconds, GFLOP/s of matrix products, GB/s of what moves memory.',
  about:
    'npm run bench -- kernels --model distilbert-base --random-weights --tokens 1700 --length 53 --only adam,attention',
  options: {
    ...modelOptions,
    tokens: { kind: 'count', default: 512, about: 'real tokens of the batch, T' },
    length: {
      kind: 'count',
      default: 16,
      about: 'tokens of a sequence; they are from half of it to one and a half times it',
    },
    kernels: {
      kind: 'text',
      choices: ['auto', 'fused', 'composed'],
      default: 'auto',
      about: "the compiled ones, or those composed of TensorFlow's own",
    },
    bf16: { kind: 'flag', about: 'matrix products in bfloat16' },
    only: { kind: 'text', takes: 'NAMES', about: 'parts of names, divided by commas' },
    seconds: { kind: 'number', default: 1, about: 'of each kernel' },
    threads: { kind: 'count', default: 0, about: 'cores to compute with; 0: all' },
  },

  async run(values) {
    const measuredOn = machine();
    const threads = coresFor(values.threads);
    const { model, tokens, length, seconds } = values;
    const config = await modelSizes(await modelFolder(values));
    const only = values.only?.split(',') ?? null;
    const result = await runEngineScript(
      'kernels',
      { config, tokens, length, kernels: values.kernels, bf16: values.bf16, only, seconds },
      { threads },
    );
    const { dim, hiddenDim: hidden_dim, nHeads: heads, vocabSize: vocabulary } = config;
    const { engine, ...measured } = result;
    console.log(
      JSON.stringify(
        {
          model,
          shapes: { tokens, length, dim, hidden_dim, heads, vocabulary },
          products: values.bf16 ? 'bfloat16' : 'float32',
          ...measured,
          threads,
          versions: { ...ownVersions(), engine },
          ...measuredOn,
        },
        null,
        2,
      ),
    );
  },
};
