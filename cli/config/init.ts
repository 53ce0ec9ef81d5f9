import { writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { chooseColumns } from '../../src/data/columns.ts';
import { openTable } from '../../src/data/table.ts';
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
  const table = await openTable(settings.data.train!);
  try {
    const columns = chooseColumns(table);
    const name = (index: number | null) => {
      if (index === null) return null;
      const own = table.columns[index]!;
      const isUnique = own !== '' && table.columns.filter((other) => other === own).length === 1;
      return isUnique && table.header?.value !== false ? own : String(index + 1);
    };
    const place = (value: string | number | null) =>
      typeof value === 'string' ? relative(folder, resolve(value)) : value;
    return {
      values: {
        task: columns.task!.value,
        'data.train': place(settings.data.train),
        'data.validation': place(settings.data.validation),
        'data.test': place(settings.data.test),
        'data.textColumn': name(columns.text.value),
        'data.pairColumn': name(columns.pair.value),
        'data.labelColumn': name(columns.label.value),
      },
      remarks: {
        task: columns.task!.reason,
        'data.textColumn': columns.text.reason,
        'data.pairColumn': columns.pair.reason,
        'data.labelColumn': columns.label.reason,
      },
    };
  } finally {
    await table.close();
  }
}
