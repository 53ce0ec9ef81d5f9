/** Precision, recall and F1 of a label, an entity type or a tag; `support` is how many have it in truth. */
export interface ClassScores {
  label: string;
  precision: number;
  recall: number;
  f1: number;
  support: number;
}

/** Those of one label that were taken for another. */
export interface ConfusedPair {
  gold: string;
  predicted: string;
  count: number;
}

/** A row's text, shortened. */
export interface RowText {
  text: string;
  /** Absent where rows are single texts. */
  pair?: string;
}

/** What helps to understand an evaluation, by task. Lists are bounded, so that a line of the log is. */
export type Diagnostics =
  | {
      task: 'sequence-classification';
      labels: string[];
      /** [gold][predicted]; null where there are too many labels to read it. */
      confusion: { labels: string[]; counts: number[][] } | null;
      mostConfused: ConfusedPair[];
      classes: ClassScores[];
      /** How many more there are. */
      otherClasses: number;
      /** The most confident first; `score` is the probability of what was predicted. */
      mistakes: (RowText & { gold: string; predicted: string; score: number })[];
      /** Bins of confidence that have rows, ascending. */
      calibration: {
        bins: { confidence: number; accuracy: number; count: number }[];
        expectedCalibrationError: number;
      };
    }
  | {
      task: 'multi-label';
      classes: ClassScores[];
      otherClasses: number;
      /** Those with the most wrong labels first. */
      mistakes: (RowText & { missed: string[]; spurious: string[] })[];
    }
  | {
      task: 'token-classification';
      /** By entity type; by tag where tags mark no entities. */
      classes: ClassScores[];
      otherClasses: number;
      /** Of words: their tags. */
      mostConfused: ConfusedPair[];
      /** Those with the most wrong entities first. */
      mistakes: {
        text: string;
        missed: { label: string; text: string }[];
        spurious: { label: string; text: string }[];
      }[];
    }
  | {
      task: 'question-answering';
      exactMatch: number;
      f1: number;
      /** Questions with an answer in truth, and without one. */
      hasAnswer: number;
      noAnswer: number;
      /** Questions that the model gave no answer to. */
      unanswered: number;
      /** The highest scores first. `gold` is empty, `predicted` is '', where there is no answer. */
      mistakes: { question: string; gold: string[]; predicted: string; score: number }[];
    }
  | {
      task: 'regression';
      /** Rows evenly spread over the set. */
      points: { gold: number; predicted: number }[];
      largestErrors: (RowText & { gold: number; predicted: number })[];
    }
  | { task: 'masked-lm'; perplexity: number };
