import type { ClassRow, Confusion } from '../../../src/eval/classification-report.ts';

/** What helps to understand an evaluation, by task, bounded. */
export type Diagnostics =
  | {
      task: 'sequence-classification';
      labels: string[];
      confusion: { labels: string[]; counts: number[][] } | null;
      mostConfused: Confusion[];
      classes: ClassRow[];
      otherClasses?: number;
      mistakes: { text: string; pair?: string | null; gold: string; predicted: string; score: number }[];
      calibration: {
        bins: { confidence: number; accuracy: number; count: number }[];
        expectedCalibrationError: number;
      };
    }
  | {
      task: 'multi-label';
      classes: ClassRow[];
      otherClasses?: number;
      mistakes: { text: string; pair?: string | null; missed: string[]; spurious: string[] }[];
    }
  | {
      task: 'token-classification';
      classes: ClassRow[];
      otherClasses?: number;
      mostConfused: Confusion[];
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
      hasAnswer: number;
      noAnswer: number;
      mistakes: { question: string; gold: string[]; predicted: string; score: number }[];
    }
  | {
      task: 'regression';
      points: { gold: number; predicted: number }[];
      largestErrors: { text: string; pair?: string | null; gold: number; predicted: number }[];
    }
  | { task: 'masked-lm'; perplexity: number };
