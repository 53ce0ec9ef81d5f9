import {
  binsOf,
  type CalibrationBin,
  type CalibrationCounts,
  calibrateRow,
  calibrationErrorOf,
  emptyCalibration,
  mergeCalibration,
} from './calibration.ts';
import { type Numbers, requireCount, requireTable } from './numbers.ts';
import { lossOfRow, placeOfGold, squaredErrorOfRow } from './probability.ts';
import type { Scorer } from './scorer.ts';
import { addTo, emptySum, mergeInto, type RunningSum, totalOf } from './sum.ts';
import { undefinedMetric } from './undefined.ts';

export interface ProbabilityMetrics {
  /** How many rows were added. */
  rows: number;
  logLoss: number;
  /** Halved where there are fewer than three classes, as `brierScoreLoss`. */
  brierScoreLoss: number;
  /** `topKAccuracy[k - 1]` for every k up to the number of classes. */
  topKAccuracy: number[];
  expectedCalibrationError: number;
  calibrationBins: CalibrationBin[];
}

export interface ProbabilityState {
  classes: number;
  rows: number;
  loss: RunningSum;
  squaredError: RunningSum;
  /** Rows by how many classes come before the gold one. */
  places: number[];
  calibration: CalibrationCounts;
}

export type ProbabilityScorer = Scorer<[gold: Numbers, probabilities: Numbers], ProbabilityState, ProbabilityMetrics>;

/**
 * Log loss, Brier score, top-k accuracy and calibration from rows that come in parts: `add(gold, probabilities)` takes n class
 * numbers and a flat [n, classes] table. It holds a few sums, no row.
 * @throws RangeError when classes or bins is no whole number above 0; `add` those of `logLoss`
 */
export function createProbabilityScorer(classes: number, options: { bins?: number } = {}): ProbabilityScorer {
  const { bins = 15 } = options;
  requireCount('classes', classes);
  const state: ProbabilityState = {
    classes,
    rows: 0,
    loss: emptySum(),
    squaredError: emptySum(),
    places: new Array<number>(classes).fill(0),
    calibration: emptyCalibration(bins),
  };
  return {
    state,
    add: (gold, probabilities) => {
      requireTable('probabilities', probabilities, gold, classes);
      for (let i = 0; i < gold.length; i++) {
        addTo(state.loss, lossOfRow(gold, probabilities, classes, i));
        addTo(state.squaredError, squaredErrorOfRow(gold, probabilities, classes, i));
        state.places[placeOfGold(gold, probabilities, classes, i)]!++;
        calibrateRow(state.calibration, gold, probabilities, classes, i);
      }
      state.rows += gold.length;
    },
    merge: ({ state: other }) => {
      const otherBins = other.calibration.count.length;
      if (other.classes !== classes || otherBins !== bins) {
        throw new RangeError(`merged a scorer of ${other.classes} classes, ${otherBins} bins into ${classes}, ${bins}`);
      }
      state.rows += other.rows;
      mergeInto(state.loss, other.loss);
      mergeInto(state.squaredError, other.squaredError);
      for (let place = 0; place < classes; place++) state.places[place]! += other.places[place]!;
      mergeCalibration(state.calibration, other.calibration);
    },
    result: (options = {}) => {
      const given = (metric: string, value: () => number) =>
        state.rows === 0 ? undefinedMetric(options, metric, '', 'no row was added') : value();
      const calibration = binsOf(state.calibration);
      let within = 0;
      const withinTop: number[] = [];
      for (const rows of state.places) {
        within += rows;
        withinTop.push(within);
      }
      return {
        rows: state.rows,
        logLoss: given('logLoss', () => totalOf(state.loss) / state.rows),
        brierScoreLoss: given('brierScoreLoss', () => {
          return ((classes < 3 ? 0.5 : 1) * totalOf(state.squaredError)) / state.rows;
        }),
        topKAccuracy: withinTop.map((rows) => given('topKAccuracy', () => rows / state.rows)),
        expectedCalibrationError: given('expectedCalibrationError', () => calibrationErrorOf(calibration)),
        calibrationBins: calibration,
      };
    },
  };
}
