/**
 * Fine-tunes the embedded model on banking77 (CC BY 4.0, see data/banking77) and labels a sentence.
 * Run:  npm run build && node dist/examples/fine-tune.js
 */
import {
  createEngine,
  defaultSettings,
  encodeExamples,
  evaluate,
  loadModel,
  predict,
  readLabelledFile,
  replaceModelFolder,
  resolveModel,
  sequenceClassification,
  splitExamples,
  train,
} from 'distiltune';

const { examples, labels } = await readLabelledFile('examples/data/banking77/train.csv');
const sides = splitExamples(examples, { validation: 0.1 }, 42);
const engine = await createEngine();
const model = await loadModel(engine, await resolveModel('minilm-l6-h384-uncased'), sequenceClassification({ labels }));
const data = await encodeExamples(model, sides.train, { maxLength: 64 });
const held = await encodeExamples(model, sides.validation, { maxLength: 64 });
const settings = { ...defaultSettings, epochs: 1, optimizer: { ...defaultSettings.optimizer, learningRate: 3e-4 } };

for await (const event of train({ model, data, settings })) {
  if (event.type === 'step' && event.step % 20 === 0) console.log(`step ${event.step}  loss ${event.loss.toFixed(3)}`);
}
console.log((await evaluate(model, held)).report.metrics);
for await (const { label, score } of predict(model, ['My card was stolen!'])) console.log(label, score.toFixed(3));
await replaceModelFolder(process.argv[2] ?? 'banking77-model', (writer) => model.save(writer));
