import { parse } from 'yaml';
import { nearest } from '../../src/nearest.ts';
import type { Field, Rule } from './fields.ts';

/**
 * The value that a text from a command line or the environment stands for. What a field cannot take stays a text, for
 * `checkValue` to refuse.
 */
export function valueOfText(field: Field, text: string): unknown {
  const takes = (type: string) => field.rules.some((rule) => 'type' in rule && rule.type === type);
  if (text === 'null' && takes('null')) return null;
  if ((takes('number') || takes('integer')) && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()))
    return Number(text);
  if (takes('array')) return text.split(',').map((item) => item.trim());
  if (takes('boolean') && /^(true|false)$/.test(text)) return text === 'true';
  if (takes('object') && text.trimStart().startsWith('{')) {
    try {
      return parse(text);
    } catch {
      return text;
    }
  }
  return text;
}

/** In YAML a name may look like a number: column 2, a folder 2024. */
export function valueOfYaml(field: Field, value: unknown): unknown {
  const meets = (type: string) => field.rules.some((rule) => 'type' in rule && rule.type === type);
  return typeof value === 'number' && meets('string') && !meets('number') ? String(value) : value;
}

/** Undefined for a value that the field takes; otherwise what is wrong with it, in words. */
export function checkValue(field: Field, value: unknown): string | undefined {
  if (field.rules.some((rule) => meetsRule(rule, value))) return undefined;
  const expected = field.rules.map(describeRule).join(', or ');
  const choices = field.rules.flatMap((rule) => ('enum' in rule ? rule.enum : []));
  const meant = typeof value === 'string' ? nearest(value, choices) : undefined;
  return `${JSON.stringify(value)} is not ${expected}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`;
}

export function meetsRule(rule: Rule, value: unknown): boolean {
  if ('enum' in rule) return typeof value === 'string' && rule.enum.includes(value);
  switch (rule.type) {
    case 'null':
      return value === null;
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string' && value !== '';
    case 'array':
      return Array.isArray(value) && value.length > 0 && value.every((item) => meetsRule(rule.items, item));
    case 'object':
      return isMap(value) && Object.values(value).every((item) => meetsRule(rule.additionalProperties, item));
    default:
      return (
        typeof value === 'number' &&
        Number.isFinite(value) &&
        (rule.type === 'number' || Number.isInteger(value)) &&
        value >= (rule.minimum ?? Number.NEGATIVE_INFINITY) &&
        value <= (rule.maximum ?? Number.POSITIVE_INFINITY) &&
        value > (rule.exclusiveMinimum ?? Number.NEGATIVE_INFINITY) &&
        value < (rule.exclusiveMaximum ?? Number.POSITIVE_INFINITY)
      );
  }
}

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function describeRule(rule: Rule): string {
  if ('enum' in rule) return rule.enum.length === 1 ? rule.enum[0]! : `one of ${rule.enum.join(', ')}`;
  switch (rule.type) {
    case 'null':
      return 'null';
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'a text';
    case 'array':
      return `a list, each ${describeRule(rule.items)}`;
    case 'object':
      return `a map of names, each with ${describeRule(rule.additionalProperties)}`;
    default: {
      const bounds = [
        rule.minimum !== undefined && `from ${rule.minimum}`,
        rule.exclusiveMinimum !== undefined && `above ${rule.exclusiveMinimum}`,
        rule.maximum !== undefined && `up to ${rule.maximum}`,
        rule.exclusiveMaximum !== undefined && `below ${rule.exclusiveMaximum}`,
      ].filter((bound) => bound !== false);
      return [rule.type === 'integer' ? 'a whole number' : 'a number', ...bounds].join(' ');
    }
  }
}
