import { stringify } from 'yaml';
import { defaultSettings } from '../../src/trainer/settings.ts';
import { fieldOf, fields } from './fields.ts';
import { settingOf } from './resolve.ts';

/** Settings that a person looks at first; in a config file the others stay defaults, in comments. */
export const shownKeys: readonly string[] = [
  'model',
  'task',
  'data.train',
  'data.validation',
  'data.test',
  'data.textColumn',
  'data.pairColumn',
  'data.labelColumn',
  'maxLength',
  'batchSize',
  'epochs',
  'optimizer.learningRate',
];

/**
 * A config file with a comment on every setting.
 * @param values of the data at hand, by key; the rest are defaults
 * @param remarks why a value was chosen, by key
 */
export function configTemplate(values: Record<string, unknown>, remarks: Record<string, string>): string {
  const lines = [
    '# Settings of distiltune. `distiltune train` in this folder reads them; `distiltune train this-file.yaml` anywhere.',
    '# Paths are relative to this file. What is commented out is the default.',
    '',
  ];
  const groups = new Map<string, string[]>();
  for (const { key } of fields) {
    const [first, last] = key.includes('.') ? (key.split('.') as [string, string]) : ['', key];
    const isShown = shownKeys.includes(key) || key in values;
    const value = key in values ? values[key] : settingOf(defaultSettings, key);
    const remark = (remarks[key] ?? fieldOf.get(key)!.description).replace(/\s+/gu, ' ');
    const text = `${last}: ${stringify(value, { lineWidth: 0, collectionStyle: 'flow' }).trimEnd()}`;
    const entry = `${first === '' ? '' : '  '}${isShown ? '' : '# '}${text}  # ${remark}`;
    if (first === '') {
      lines.push(entry);
    } else if (groups.has(first)) {
      // A group is written where its first setting stands.
      lines.splice(lines.indexOf(groups.get(first)!.at(-1)!) + 1, 0, entry);
      groups.get(first)!.push(entry);
    } else {
      groups.set(first, [entry]);
      lines.push(`${first}:`, entry);
    }
  }
  return `${commentEmptyGroups(lines).join('\n')}\n`;
}

/** A group of nothing but comments would be a map without a value: its name becomes a comment, too. */
function commentEmptyGroups(lines: string[]): string[] {
  return lines.map((line, i) => {
    if (!/^\w+:$/.test(line)) return line;
    const rest = lines.slice(i + 1);
    const end = rest.findIndex((other) => !other.startsWith('  '));
    const members = end < 0 ? rest : rest.slice(0, end);
    return members.every((member) => member.startsWith('  #')) ? `# ${line}` : line;
  });
}
