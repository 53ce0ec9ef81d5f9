import { UsageError } from '../src/errors.ts';
import { type MetricName, type Metrics, resolveMetric } from '../src/eval/metric-names.ts';

/** What a metric must be for the command to end well. */
export interface Requirement {
  metric: string;
  operator: '>=' | '<=' | '>' | '<';
  value: number;
}

export interface CheckedRequirement extends Requirement {
  actual: number;
  met: boolean;
}

/** What commander calls for each `--require`. */
export const collectRequirement = (text: string, before: Requirement[] = []): Requirement[] => [
  ...before,
  parseRequirement(text),
];

/** @throws UsageError for what is not such as `accuracy>=0.9` */
function parseRequirement(text: string): Requirement {
  const [, metric, operator, value] = /^\s*([\w-]+)\s*(>=|<=|>|<)\s*(\S+)\s*$/.exec(text) ?? [];
  if (metric === undefined || !Number.isFinite(Number(value))) {
    throw new UsageError(`"${text}" is no requirement`, { where: '--require', fix: "write it as 'accuracy>=0.9'" });
  }
  return { metric, operator: operator as Requirement['operator'], value: Number(value) };
}

/** @throws UsageError for a metric that the evaluation of this model does not have */
export function checkNames(requirements: readonly Requirement[], available: readonly MetricName[]): void {
  for (const { metric } of requirements) resolveMetric(metric, available);
}

/** A metric that is not defined (NaN) meets nothing. */
export function checkRequirements(requirements: readonly Requirement[], metrics: Metrics): CheckedRequirement[] {
  return requirements.map((requirement) => {
    const { metric, operator, value } = requirement;
    const actual = metrics[metric as MetricName] ?? Number.NaN;
    const met =
      operator === '>='
        ? actual >= value
        : operator === '<='
          ? actual <= value
          : operator === '>'
            ? actual > value
            : actual < value;
    return { ...requirement, actual, met };
  });
}
