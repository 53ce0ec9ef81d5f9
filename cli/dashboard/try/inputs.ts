import { existsSync } from 'node:fs';
import type { TextField } from '../start/text-field.ts';
import type { TriedInput, TriedModel } from './messages.ts';

/** Names of the fields that a model has; those of one that is not loaded yet are of the most usual one. */
export function fieldNames(model: TriedModel | null): string[] {
  if (model?.second === 'context') return ['question', 'context'];
  return model?.second === 'pair' ? ['text', 'pair'] : ['text'];
}

/** What is asked of a model with what was typed, or what is missing. */
export function inputOf(
  model: TriedModel,
  [first, second]: readonly TextField[],
): { input: TriedInput } | { missing: string } {
  const text = first!.text;
  const other = model.second === null ? '' : (second?.text ?? '');
  if (text.trim() === '') return { missing: model.second === 'context' ? 'type a question' : 'type a text' };
  if (model.second === 'context' && other.trim() === '')
    return { missing: 'tab: the context to look for the answer in' };
  if (model.mask === null) return { input: { text, second: other } };
  const masked = text.replaceAll('[MASK]', model.mask).replace(blank, model.mask);
  return masked.includes(model.mask)
    ? { input: { text: masked, second: '' } }
    : { missing: 'write _ or [MASK] for a word' };
}

/** `_`, or several, where a word could stand. */
const blank = /(?<![\p{L}\p{N}_])_+(?![\p{L}\p{N}_])/gu;

/** The command that says the same. */
export function wordsOf(name: string, model: TriedModel | null, input: TriedInput | null): string[] {
  const command = model?.task === 'masked-lm' ? 'fill-mask' : 'predict';
  const words = ['distiltune', command, name];
  if (input === null) return [...words, 'TEXT'];
  const { text, second } = input;
  const options = second === '' ? [] : [model?.second === 'context' ? '--context' : '--pair', second];
  const asText = command === 'predict' && couldBeFile(text) ? ['--texts'] : [];
  // What begins with a dash would be an option.
  return text.startsWith('-') ? [...words, ...asText, ...options, '--', text] : [...words, text, ...options, ...asText];
}

/** Whether `predict` might take the text for a file. */
const couldBeFile = (text: string) => text === '-' || /\.\w{2,7}$/.test(text) || existsSync(text);
