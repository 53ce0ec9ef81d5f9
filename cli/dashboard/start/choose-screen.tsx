import { resolve } from 'node:path';
import { type ReactElement, useEffect, useState } from 'react';
import { actionOf } from '../keys.ts';
import { useKeys, useScreenSize } from '../terminal/hooks.ts';
import { useTheme } from '../theme.ts';
import { type Choice, choicePage, chooseRows } from './choose-rows.ts';
import { type Listing, listFolder, matching, pathOf, splitTyped } from './files.ts';
import { chooseKeys } from './keys.ts';
import { bodySize } from './page.ts';
import { PageScreen } from './page-screen.tsx';
import { problemRows } from './problem.ts';
import { selected } from './selection.ts';
import { fieldOf, type TextField, typed } from './text-field.ts';

/** The last folder that was read. */
interface Read {
  folder: string;
  listing: Listing | null;
  problem: { error: unknown } | null;
}

/**
 * A list of the files here, which typing filters; a path can be typed or pasted.
 * @param props.field what is typed, kept by the caller, so that it is there again on the way back
 * @param props.onlyFolders folders are sought, not files
 */
export function ChooseScreen(props: {
  title: string;
  place: string;
  field: TextField;
  onType: (field: TextField) => void;
  /** What the command line is with a path. */
  wordsOf: (path: string) => readonly string[];
  onChoose: (path: string) => void;
  onBack: () => void;
}): ReactElement {
  const { title, place, field, onType, wordsOf, onChoose, onBack } = props;
  const theme = useTheme();
  const size = useScreenSize();
  const [read, setRead] = useState<Read | null>(null);
  // null: nothing was chosen with a key.
  const [moved, setMoved] = useState<number | null>(null);
  const [isHelp, setHelp] = useState(false);
  const { folder, filter } = splitTyped(field.text);

  useEffect(() => {
    let isWanted = true;
    const show = (next: Omit<Read, 'folder'>) => {
      if (isWanted) setRead({ folder, ...next });
    };
    listFolder(folder).then(
      (listing) => show({ listing, problem: null }),
      (error) => show({ listing: null, problem: { error } }),
    );
    return () => {
      isWanted = false;
    };
  }, [folder]);

  const isRead = read?.folder === folder;
  const choices = isRead ? choicesOf(read.listing, filter) : null;
  const index = moved ?? Math.max(0, choices?.findIndex(({ kind }) => kind !== 'parent') ?? 0);
  const chosen = choices?.[index];
  const path = chosen === undefined ? pathOf(field.text) : pathOfChoice(chosen, folder);
  const isTaken = chosen?.kind === 'file' || chosen?.kind === 'whole' || (chosen === undefined && path !== '');
  const words = wordsOf(isTaken ? path : 'FILE');
  const { width, height } = bodySize(size, words, theme);
  const problem = isRead && read.problem !== null ? problemRows(read.problem.error, width, theme) : [];
  const page = choicePage(height, problem.length);

  const type = (next: TextField) => {
    if (next.text !== field.text) setMoved(null);
    onType(next);
  };
  const open = () => {
    if (chosen === undefined) {
      // A name that is not in the list is read all the same: the reader says what is wrong with it.
      if (isRead && pathOf(field.text) !== '') onChoose(pathOf(field.text));
    } else if (chosen.kind === 'file' || chosen.kind === 'whole') onChoose(path);
    else type(fieldOf(path));
  };

  useKeys((key) => {
    if (isHelp) return setHelp(false);
    const action = actionOf(chooseKeys, key.name);
    switch (action) {
      case undefined:
        return type(typed(field, key));
      case 'open':
        return open();
      case 'complete':
        return chosen === undefined || chosen.kind === 'whole' ? undefined : type(fieldOf(path));
      case 'back':
        return filter === '' ? onBack() : type(fieldOf(folder));
      case 'help':
        return setHelp(true);
      default:
        return setMoved(selected(index, action, choices?.length ?? 0, page));
    }
  });

  const view = { field, folder: resolve(folder || '.'), choices, index, problem };
  const body = chooseRows(view, width, height, theme);
  return <PageScreen {...{ title, place, body, words, bindings: chooseKeys, isHelp }} />;
}

function choicesOf(listing: Listing | null, filter: string): Choice[] {
  if (listing === null) return [];
  const found = matching(listing.entries, filter);
  if (filter !== '') return found;
  const whole: Choice[] = listing.sides === null ? [] : [{ kind: 'whole', sides: listing.sides }];
  return [...whole, { kind: 'parent' }, ...found];
}

function pathOfChoice(choice: Choice, folder: string): string {
  if (choice.kind === 'whole') return folder === '' ? '.' : folder.replace(/(.)\/$/, '$1');
  if (choice.kind === 'parent') return parentOf(folder);
  // A name that begins as a home folder or a quoted path does is none where it stands in a folder.
  const inFolder = folder === '' && /^[~'"]/.test(choice.name) ? './' : folder;
  return `${inFolder}${choice.name}${choice.kind === 'folder' ? '/' : ''}`;
}

/** `data/` -> the working folder, `` -> `../`, `/data/` -> `/`. */
function parentOf(folder: string): string {
  if (folder === '' || /(^|\/)\.\.\/$/.test(folder)) return `${folder}../`;
  if (folder === '/') return '/';
  return folder.replace(/[^/]*\/$/, '');
}
