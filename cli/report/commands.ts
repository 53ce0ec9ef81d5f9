import type { TaskType } from '../../src/data/types.ts';
import { html } from '../../src/html.ts';
import { outcomeOf } from './outcome.ts';
import type { RunConfig, RunRecord } from './record.ts';
import type { Section } from './section.ts';
import { shownSettings } from './settings.ts';

/** What to type next, from the folder that the run was started in. */
export function commandSection(record: RunRecord): Section {
  const { config, folder } = record;
  const run = shellQuoted(folder);
  const commands = [
    ...(outcomeOf(record).isOpen ? [{ what: 'Go on with it', command: `distiltune train --resume ${run}` }] : []),
    { what: 'Use the model', command: predictCommand(config.resolved.task, run) },
    { what: 'Measure it on another file', command: `distiltune evaluate ${run} FILE` },
    { what: 'Train like this again', command: trainCommand(config) },
  ];
  const content = html`<dl class="commands">${commands.map(({ what, command }) => html`<div><dt>${what}</dt><dd><code>${command}</code></dd></div>\n`)}</dl>`;
  return { id: 'commands', title: 'Commands', content };
}

function predictCommand(task: TaskType, run: string): string {
  if (task === 'masked-lm') return `distiltune fill-mask ${run}/model "... [MASK] ..."`;
  return task === 'question-answering' ? `distiltune predict ${run} questions.json` : `distiltune predict ${run} "..."`;
}

/** The command line that asks for the same, every setting that is not the default written out. */
export function trainCommand(config: RunConfig): string {
  const chosen = shownSettings(config).filter(({ key, isDefault }) => !isDefault && key !== 'data.train');
  const words = chosen.map(({ key, value }) => shellQuoted(`${key}=${value}`));
  return ['distiltune train', shellQuoted(config.data.train ?? ''), ...words].join(' ');
}

/** One word for a POSIX shell. */
const shellQuoted = (word: string): string =>
  /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
