export { accuracyScore, type BalancedAccuracyOptions, balancedAccuracyScore } from './accuracy.ts';
export {
  cohenKappaScore,
  type KappaOptions,
  type MatthewsOptions,
  matthewsCorrcoef,
} from './agreement.ts';
export {
  type BootstrapOptions,
  bootstrapInterval,
  type DifferenceInterval,
  type Interval,
  pairedBootstrapInterval,
  type Statistic,
} from './bootstrap.ts';
export { type CalibrationBin, calibrationBins, expectedCalibrationError } from './calibration.ts';
export {
  type AverageOptions,
  type ClassFscoreOptions,
  type ClassFscores,
  type ClassificationFscores,
  f1Score,
  fbetaScore,
  precisionRecallFscoreSupport,
  precisionScore,
  recallScore,
} from './class-fscores.ts';
export { type ClassMetrics, type ClassScorer, createClassScorer } from './class-scorer.ts';
export { type ConfusionMatrix, confusionMatrix, normalizedConfusionMatrix } from './confusion.ts';
export { kendallTau, pearson, spearman } from './correlation.ts';
export { type EntitySpan, entitySpans, type TagReading, type TagScheme } from './entities.ts';
export {
  createEntityScorer,
  type EntityFscores,
  type EntityMetrics,
  type EntityOptions,
  type EntityScorer,
  type EntityTypeFscores,
  entityScores,
} from './entity-scorer.ts';
export type { AveragedFscores, FscoreOptions, Fscores, SupportedFscores } from './fscore.ts';
export {
  coverageError,
  createLabelRankingScorer,
  type LabelRankingMetrics,
  type LabelRankingScorer,
  labelRankingAveragePrecisionScore,
  labelRankingLoss,
} from './label-ranking.ts';
export { type McNemarOptions, type McNemarResult, mcnemarTest } from './mcnemar.ts';
export {
  createMultilabelScorer,
  hammingLoss,
  type MultilabelFscores,
  type MultilabelMetrics,
  type MultilabelScorer,
  multilabelFscores,
  subsetAccuracy,
} from './multilabel.ts';
export type { Numbers } from './numbers.ts';
export {
  averagePrecisionOneVsRest,
  type ColumnScores,
  multilabelAveragePrecision,
  multilabelRocAuc,
  rocAucOneVsRest,
} from './one-vs-rest.ts';
export {
  createPerplexityScorer,
  type PerplexityMetrics,
  type PerplexityScorer,
  perplexity,
} from './perplexity.ts';
export { type BrierOptions, brierScoreLoss, logLoss, topKAccuracyScore } from './probability.ts';
export { createProbabilityScorer, type ProbabilityMetrics, type ProbabilityScorer } from './probability-scorer.ts';
export { type AveragePrecisionOptions, averagePrecisionScore, rocAucScore } from './ranking.ts';
export { averageRanks } from './ranks.ts';
export { meanAbsoluteError, meanSquaredError, type R2Options, r2Score, rootMeanSquaredError } from './regression.ts';
export { createRegressionScorer, type RegressionMetrics, type RegressionScorer } from './regression-scorer.ts';
export {
  type ClassReportOptions,
  classificationReport,
  entityReport,
  type MultilabelReportOptions,
  multilabelReport,
  type ReportOptions,
} from './report.ts';
export type { Scorer } from './scorer.ts';
export { normalizeAnswer, type SquadScores, type SquadVersion, squadScores } from './squad.ts';
export {
  type BestNoAnswerThresholds,
  createSquadScorer,
  type SquadMeans,
  type SquadMetrics,
  type SquadOptions,
  type SquadScorer,
} from './squad-scorer.ts';
export { type BestThreshold, type BestThresholdOptions, bestThresholds } from './thresholds.ts';
export { type UndefinedMetric, type UndefinedOptions, withReasons } from './undefined.ts';
