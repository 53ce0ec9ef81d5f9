import { existsSync, readFileSync } from 'node:fs';
import { createTokenizer, type Tokenizer } from '../../src/text/tokenizer.ts';
import type { TokenizerFiles } from '../../src/text/tokenizer-files.ts';

export const SHARED_DATA = '../shared/data';

/** A fixture that test/parity/tokenizer.py wrote. */
export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../parity/fixtures/${name}`, import.meta.url), 'utf8')) as T;
}

/** The folder of a model: the project's own, else the shared one; undefined when neither is there. */
export function modelFolder(name: string): string | undefined {
  return [`models/${name}`, `../shared/models/${name}`].find((folder) => existsSync(`${folder}/tokenizer.json`));
}

export function readTokenizerFiles(folder: string): Required<TokenizerFiles> & { tokenizerJson: string } {
  const text = (name: string) => readFileSync(`${folder}/${name}`, 'utf8');
  return {
    tokenizerJson: text('tokenizer.json'),
    vocabText: text('vocab.txt'),
    configText: text('tokenizer_config.json'),
    where: folder,
  };
}

export function readTokenizer(folder: string): Tokenizer {
  return createTokenizer(readTokenizerFiles(folder));
}
