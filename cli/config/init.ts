import { writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { openExamples, type TextsFile } from '../../src/data/example-file.ts';
import { UsageError } from '../../src/errors.ts';
import { defaultSettings, type Settings } from '../../src/trainer/settings.ts';
import { expandFolder } from '../run/data.ts';
import { configTemplate } from './template.ts';

/**
 * Writes a config file for the data: its files and columns as they were detected, with the reasons as comments.
 * @param path where to; paths in it are relative to its folder
 * @throws UsageError when there is a file already
 */
export async function writeConfigFile(path: string, data: string | null): Promise<void> {
  const { values, remarks } =
    data === null ? { values: {}, remarks: {} } : await describeData(data, dirname(resolve(path)));
  await writeFile(path, configTemplate(values, remarks), { flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EEXIST') {
      throw new UsageError('there is a file already', { where: path, fix: 'name another one with -o, or remove it' });
    }
    throw new UsageError(`the file cannot be written: ${cause.message}`, {
      where: path,
      fix: 'name another one with -o',
      cause,
    });
  });
}

interface DataValues {
  values: Record<string, unknown>;
  remarks: Record<string, string>;
}

async function describeData(data: string, folder: string): Promise<DataValues> {
  const asked: Settings = { ...defaultSettings, data: { ...defaultSettings.data, train: data } };
  const settings = await expandFolder(asked, () => false);
  const file = await openExamples(settings.data.train!, { labelRequired: true });
  try {
    const place = (value: string | number | null) =>
      typeof value === 'string' ? relative(folder, resolve(value)) : value;
    const { values, remarks } = file.kind === 'texts' ? describeTexts(file) : { values: {}, remarks: {} };
    return {
      values: {
        task: file.task!.value,
        'data.train': place(settings.data.train),
        'data.validation': place(settings.data.validation),
        'data.test': place(settings.data.test),
        ...values,
      },
      remarks: { task: file.task!.reason, ...remarks },
    };
  } finally {
    await file.close();
  }
}

function describeTexts({ table, columns: { text, pair, label, labels } }: TextsFile): DataValues {
  const name = (index: number | null) => {
    if (index === null) return null;
    const own = table.columns[index]!;
    const isUnique = own !== '' && table.columns.filter((other) => other === own).length === 1;
    return isUnique && table.header?.value !== false ? own : String(index + 1);
  };
  const values: Record<string, unknown> = {
    'data.textColumn': name(text.value),
    'data.pairColumn': name(pair.value),
    'data.labelColumn': name(label.value) ?? 'auto',
  };
  const remarks: Record<string, string> = {
    'data.textColumn': text.reason,
    'data.pairColumn': pair.reason,
    'data.labelColumn': label.reason,
  };
  if (labels?.value.form === 'columns') {
    values['data.labelColumns'] = labels.value.columns.map(({ index }) => name(index));
    remarks['data.labelColumns'] = labels.reason;
  } else if (labels?.value.form === 'delimited') {
    values['data.labelDelimiter'] = labels.value.delimiter;
    remarks['data.labelDelimiter'] = labels.reason;
  }
  return { values, remarks };
}
