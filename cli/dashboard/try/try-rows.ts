import { count, plural } from '../../plain/table.ts';
import { cell, cut, ends, filled, type Piece, row } from '../run/text.ts';
import { problemRows } from '../start/problem.ts';
import type { TextField } from '../start/text-field.ts';
import type { Theme } from '../theme.ts';
import { fieldNames } from './inputs.ts';
import { resultRows } from './result-rows.ts';
import { fieldRows, mostCharacters } from './typed-text.ts';
import type { ModelState, Said } from './use-model.ts';

export interface TryView {
  name: string;
  state: ModelState;
  /** As many as `fieldNames` says. */
  fields: readonly TextField[];
  active: number;
  said: Said | null;
  isBusy: boolean;
  /** What has to be typed before there is an answer; null: nothing. */
  missing: string | null;
  /** Characters of a paste that did not fit. */
  dropped: number;
  /** Rows of the answer above those shown. */
  scroll: number;
  /** Counts up while something is waited for. */
  tick: number;
}

export interface TryBody {
  rows: string[];
  mostScroll: number;
  page: number;
}

const nameWidth = 10;

/** Rows of the screen: the state of the model, the fields, then what the model says. */
export function tryBody(view: TryView, width: number, height: number, theme: Theme): TryBody {
  const { state, fields, active, said } = view;
  const names = fieldNames(state.is === 'ready' ? state.model : null);
  const mostRows = Math.max(1, Math.floor((height - 2) / (names.length === 1 ? 3 : 4)));
  const textWidth = Math.max(1, width - nameWidth);
  const typed = names.flatMap((name, i) =>
    fieldRows(fields[i]!, i === active, textWidth, mostRows, theme).map(
      (line, at) =>
        row([[i === active ? 'accent' : 'dim', cell(at === 0 ? name : '', nameWidth, theme)]], nameWidth, theme) + line,
    ),
  );
  const page = Math.max(1, height - typed.length - 2);
  const rows =
    state.is === 'failed'
      ? problemRows(state.error, width, theme)
      : said === null || state.is === 'loading'
        ? []
        : 'error' in said.outcome
          ? problemRows(said.outcome.error, width, theme)
          : resultRows(said.input, said.outcome.result, state.model.labels, width, theme);
  const mostScroll = Math.max(0, rows.length - page);
  const from = Math.min(view.scroll, mostScroll);
  const place = mostScroll === 0 ? '' : `${from + 1}-${from + page} of ${rows.length}`;
  const head = [statusRow(view, width, theme), ...typed, hintRow(view, place, width, theme)];
  return { rows: [...head, ...filled(rows.slice(from, from + page), width, page)], mostScroll, page };
}

function statusRow({ name, state, said, isBusy, tick }: TryView, width: number, theme: Theme): string {
  const { spinner, running, bad, dot } = theme.glyphs;
  const spin = spinner[tick % spinner.length]!;
  if (state.is === 'loading')
    return row([['accent', `${spin} `], cut(state.progress ?? `loading ${name}`, width - 2, theme)], width, theme);
  if (state.is === 'failed')
    return row([['bad', `${bad} `], `${cut(name, width - 24, theme)} cannot be used`], width, theme);
  const { task, labels, engine } = state.model;
  const facts = [task, ...(labels.length > 0 ? [plural(labels.length, 'label')] : []), engine].join(` ${dot} `);
  const took =
    said !== null && 'milliseconds' in said.outcome ? ` ${Math.max(1, Math.round(said.outcome.milliseconds))} ms` : '';
  const right: Piece[] = isBusy
    ? [['accent', `${spin} computing`]]
    : [
        ['good', `${running} ready`],
        ['dim', took],
      ];
  return ends([['dim', facts]], right, width, theme);
}

/** What has to be typed, or what did not fit; at the right which rows of a long answer are seen. */
function hintRow({ state, missing, dropped }: TryView, place: string, width: number, theme: Theme): string {
  const hint: Piece =
    dropped > 0
      ? ['warn', `${plural(dropped, 'character')} did not fit: a field takes ${count(mostCharacters)}`]
      : ['dim', state.is === 'ready' && missing !== null ? `${' '.repeat(nameWidth)}${missing}` : ''];
  return ends([hint], [['dim', place]], width, theme);
}
