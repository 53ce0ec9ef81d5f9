import { expect, test } from 'vitest';
import { configJson, parseConfig } from '../../../src/encoder/config.ts';
import { savedSettings } from '../../../src/tasks/saved-settings.ts';
import { type Draws, type FuzzTarget, fuzz, inputsFromEnvironment, type Verdict } from './fuzz.ts';
import { anyValue, changeMembers, damageText } from './json-inputs.ts';

const whole = {
  model_type: 'distilbert',
  architectures: ['DistilBertForSequenceClassification'],
  vocab_size: 30522,
  max_position_embeddings: 512,
  dim: 768,
  hidden_dim: 3072,
  n_layers: 6,
  n_heads: 12,
  activation: 'gelu',
  dropout: 0.1,
  attention_dropout: 0.1,
  qa_dropout: 0.1,
  seq_classif_dropout: 0.2,
  initializer_range: 0.02,
  pad_token_id: 0,
  sinusoidal_pos_embds: false,
  tie_weights_: true,
  id2label: { 0: 'bad', 1: 'good' },
  label2id: { bad: 0, good: 1 },
  problem_type: 'single_label_classification',
  distiltune: { longTexts: 'mean', stride: 32, thresholds: [0.5, 0.5] },
};
const synonyms = ['hidden_size', 'num_hidden_layers', 'num_attention_heads', 'tie_word_embeddings', 'num_labels'];
const noSize = [0, -1, 1.5, '6', null, [], {}, true, 2 ** 53, 1e300];

function makeConfig(draws: Draws): { input: string; verdict: Verdict } {
  const config: Record<string, unknown> = structuredClone(whole);
  const kind = draws.below(8);
  if (kind === 0) return { input: JSON.stringify(config), verdict: 'read' };
  if (kind === 1) {
    config[draws.pick(['vocab_size', 'dim', 'hidden_dim', 'n_layers', 'n_heads'])] = draws.pick(noSize);
    return { input: JSON.stringify(config), verdict: 'refused' };
  }
  if (kind === 2) {
    config[draws.pick([...synonyms, 'architectures', 'id2label', 'distiltune', 'model_type'])] = anyValue(draws);
    return { input: JSON.stringify(config), verdict: 'either' };
  }
  if (kind < 6) changeMembers(config, draws);
  const text = JSON.stringify(config);
  return { input: kind < 5 ? text : damageText(text, draws), verdict: 'either' };
}

const target: FuzzTarget<string> = {
  site: 2,
  make: makeConfig,
  read(text) {
    const config = parseConfig(text, 'config.json');
    savedSettings(config);
    const { vocabSize, maxPositionEmbeddings, dim, hiddenDim, nLayers, labels = [] } = config;
    if (dim * (vocabSize + maxPositionEmbeddings + hiddenDim + labels.length) > 2 ** 32 || nLayers > 1000) {
      throw new Error(`sizes beyond measure: ${JSON.stringify(config)}`);
    }
    // What can be read can be written with a trained model, and means the same then.
    const again = parseConfig(configJson(config, { architecture: config.architecture ?? 'DistilBertModel' }), 'again');
    if (again.nLayers !== nLayers || again.labels?.length !== config.labels?.length) throw new Error('another config');
  },
};

test('every made-up config.json is read or refused by a DataError', async () => {
  const inputs = inputsFromEnvironment(10_000);
  const tally = await fuzz(target, inputs);
  console.info('config.json', tally);
  expect(tally.read).toBeGreaterThan(0);
  expect(tally.refused).toBeGreaterThan(0);
}, 0);
