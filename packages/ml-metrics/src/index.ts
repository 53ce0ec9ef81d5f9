export { bootstrapInterval, type Interval } from './bootstrap.ts';
export {
  accuracy,
  balancedAccuracy,
  binaryPrecisionRecallF1,
  type ClassificationScores,
  type ClassScores,
  cohenKappa,
  matthewsCorrelation,
  type PrecisionRecallF1,
  precisionRecallF1,
} from './classification.ts';
export { type ConfusionMatrix, confusionMatrix } from './confusion.ts';
export { kendallTau, pearson, spearman } from './correlation.ts';
export type { Numbers } from './numbers.ts';
export {
  brierScore,
  type CalibrationBin,
  calibrationBins,
  expectedCalibrationError,
  logLoss,
  topKAccuracy,
} from './probability.ts';
export { averagePrecision, rocAuc } from './ranking.ts';
export { averageRanks } from './ranks.ts';
export { meanAbsoluteError, meanSquaredError, r2, rootMeanSquaredError } from './regression.ts';
