/**
 * distiltune: fine-tune DistilBERT on your own data. The library takes arguments and throws; it never prints, exits or
 * reads the environment.
 */
export { type ColumnWishes, chooseColumns } from './data/columns.ts';
export { type ExampleFile, type ExampleWishes, openExamples } from './data/example-file.ts';
export { readExamples } from './data/examples.ts';
export { type ResolveOptions, resolveModel } from './data/hub.ts';
export { orderLabels } from './data/label-order.ts';
export { type LabelledFile, readLabelledFile, splitExamples } from './data/labelled-file.ts';
export { openModelFolder } from './data/model-folder.ts';
export { replaceModelFolder } from './data/replace-folder.ts';
export { type SplitShares, stratifiedSplit } from './data/split.ts';
export { openTable, type TableOptions } from './data/table.ts';
export type {
  Example,
  ExampleColumns,
  QuestionExample,
  RefusedRow,
  Table,
  TableRow,
  TokenExample,
} from './data/types.ts';
export type { LoadReport } from './encoder/checkpoint.ts';
export type { DistilBertConfig } from './encoder/config.ts';
export { type CreateEngineOptions, createEngine } from './engine/create.ts';
export { type InstallOptions, type InstallResult, installEngine } from './engine/install/install.ts';
export type { Engine } from './engine/types.ts';
export { DataError, DistiltuneError, DivergedError, UsageError } from './errors.ts';
export type { AnswerReport } from './eval/answer-report.ts';
export { type Baseline, bagOfWordsBaseline, majorityClassBaseline } from './eval/baselines.ts';
export type { ClassificationReport } from './eval/classification-report.ts';
export { type EvaluateOptions, type Evaluation, evaluate, metricsOf, type Report } from './eval/evaluate.ts';
export { type Metrics, resolveMetric } from './eval/metric-names.ts';
export type { MultiLabelReport } from './eval/multi-label-report.ts';
export type { PerplexityReport } from './eval/perplexity-report.ts';
export type { RegressionReport } from './eval/regression-report.ts';
export type { TokenReport } from './eval/token-report.ts';
export type { ModelFolder, ModelWriter } from './files.ts';
export { DistilBertModel } from './pipelines/distilbert-model.ts';
export {
  DistilBertTokenizer,
  type TokenizedBatch,
  type TokenizerCallOptions,
} from './pipelines/distilbert-tokenizer.ts';
export type { FeatureExtractionPipeline, FeatureExtractionPipelineOptions } from './pipelines/feature-extraction.ts';
export type { FillMaskPipeline, FillMaskPipelineOptions, MaskFilling } from './pipelines/fill-mask.ts';
export type { PipelineOptions } from './pipelines/load-model.ts';
export type { NumberTensor } from './pipelines/number-tensor.ts';
export { type Pipelines, pipeline } from './pipelines/pipeline.ts';
export type {
  QuestionAnswer,
  QuestionAnsweringPipeline,
  QuestionAnsweringPipelineOptions,
} from './pipelines/question-answering.ts';
export type {
  LabelScore,
  TextClassificationPipeline,
  TextClassificationPipelineOptions,
} from './pipelines/text-classification.ts';
export type {
  LabelledGroup,
  LabelledToken,
  TokenClassificationPipeline,
  TokenClassificationPipelineOptions,
} from './pipelines/token-classification.ts';
export { type ExampleSet, encodeExamples } from './tasks/example-set.ts';
export { type FeaturesOptions, features, type TextFeatures } from './tasks/features.ts';
export { type MaskedLmOptions, maskedLm } from './tasks/masked-lm.ts';
export { type LoadOptions, loadModel, type Model, withTask } from './tasks/model.ts';
export { type MultiLabelOptions, multiLabel } from './tasks/multi-label.ts';
export { type PredictOptions, predict } from './tasks/predict.ts';
export { type QuestionAnsweringOptions, questionAnswering } from './tasks/question-answering.ts';
export { regression } from './tasks/regression.ts';
export { type SequenceClassificationOptions, sequenceClassification } from './tasks/sequence-classification.ts';
export { type TokenClassificationOptions, tokenClassification } from './tasks/token-classification.ts';
export { loadTrainedModel, type TrainedModel } from './tasks/trained-model.ts';
export type {
  AnswerPrediction,
  ClassPrediction,
  Entity,
  Features,
  FillPrediction,
  LabelsPrediction,
  Prediction,
  Task,
  TaskType,
  TokensPrediction,
  ValuePrediction,
} from './tasks/types.ts';
export { createTokenizer, type Encoding, type Tokenizer } from './text/tokenizer.ts';
export { splitWords } from './text/words.ts';
export { type ControlAnswer, type ControlCommand, createControl, type TrainControl } from './trainer/control.ts';
export type { TrainEvent } from './trainer/events.ts';
export { defaultSettings, type Settings } from './trainer/settings.ts';
export { type TrainOptions, type TrainSettings, train } from './trainer/train.ts';
export type { CheckpointStore, TrainerState } from './trainer/types.ts';
