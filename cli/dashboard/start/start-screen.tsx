import type { ReactElement } from 'react';
import { useRef, useState } from 'react';
import { settingOf } from '../../config/resolve.ts';
import type { Context } from '../../context.ts';
import type { TrainJob } from '../../run/job.ts';
import { defaultRunFolder } from '../../run/run-folder.ts';
import { ChooseScreen } from './choose-screen.tsx';
import { type Draft, edited, jobOf, shownSettings, textOf, wordsOf } from './draft.ts';
import { PreviewScreen } from './preview-screen.tsx';
import { itemsOf, outputKey, withValue } from './settings.ts';
import { SettingsScreen } from './settings-screen.tsx';
import { fieldOf, type TextField } from './text-field.ts';
import { usePreview } from './use-preview.ts';

/** Where a person is on the way to a run, and everything that was typed. */
export interface StartState {
  step: 'choose' | 'preview' | 'settings';
  /** What is typed where the file is chosen. */
  field: TextField;
  /** null: no file was chosen yet. */
  draft: Draft | null;
  /** Whether all settings are listed. */
  all: boolean;
  /** Why the run could not be started; null: nothing is known against it. */
  failure: { error: unknown } | null;
}

export const initialStart: StartState = { step: 'choose', field: fieldOf(''), draft: null, all: false, failure: null };

/**
 * A file is chosen, looked at, given settings, and trained on.
 * @param props.state kept by the caller: nothing is lost when the run cannot be started
 * @param props.onLaunch starts what was put together; `words` is the command line that does the same
 */
export function StartScreen(props: {
  context: Context;
  state: StartState;
  onChange: (state: StartState) => void;
  onLaunch: (job: TrainJob, words: readonly string[]) => void;
  onBack: () => void;
}): ReactElement {
  const { context, state, onChange, onLaunch, onBack } = props;
  const { step, draft } = state;
  const preview = usePreview(step === 'choose' ? null : draft, context);
  const isStarting = useRef(false);
  const [title] = useState('fine-tune a file');
  const change = (values: Partial<StartState>) => onChange({ ...state, failure: null, ...values });

  if (draft === null || step === 'choose') {
    return (
      <ChooseScreen
        title={title}
        place="1/3 file"
        field={state.field}
        onType={(field) => change({ field })}
        wordsOf={(path) => wordsOf({ ...(draft ?? { edits: new Map(), output: null }), data: path })}
        onChoose={(data) => change({ step: 'preview', draft: { edits: new Map(), output: null, ...draft, data } })}
        onBack={onBack}
      />
    );
  }

  const words = wordsOf(draft);
  const start = async () => {
    if (isStarting.current) return;
    isStarting.current = true;
    try {
      onLaunch(await jobOf(draft, context.environment), words);
    } catch (error) {
      change({ failure: { error } });
    } finally {
      isStarting.current = false;
    }
  };
  if (step === 'preview') {
    return (
      <PreviewScreen
        state={preview}
        failure={state.failure}
        words={words}
        onSettings={() => change({ step: 'settings' })}
        onStart={start}
        onBack={() => change({ step: 'choose' })}
      />
    );
  }
  const { resolved, base, problem } = shownSettings(draft, context.environment);
  const folder = defaultRunFolder(resolved.settings.data.train ?? 'run');
  return (
    <SettingsScreen
      title={title}
      place="3/3 settings"
      items={itemsOf(draft, resolved, folder, state.all)}
      words={words}
      problem={problem ?? state.failure ?? preview.problem}
      onValue={(key, text) => {
        const usual = key === outputKey ? folder : textOf(settingOf(base.settings, key));
        const next = withValue(draft, key, text, usual);
        if (typeof next === 'string') return next;
        change({ draft: next });
        return null;
      }}
      onDefault={(key) => change({ draft: key === outputKey ? { ...draft, output: null } : edited(draft, key, null) })}
      onAll={() => change({ all: !state.all })}
      onStart={start}
      onBack={() => change({ step: 'preview' })}
    />
  );
}
