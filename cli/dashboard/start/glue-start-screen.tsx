import type { ReactElement } from 'react';
import { type GlueDraft, glueItems, glueWords, parseGlue, withGlueValue } from './glue-draft.ts';
import { SettingsScreen } from './settings-screen.tsx';

export interface GlueStartState {
  draft: GlueDraft;
  /** Whether all options are listed. */
  all: boolean;
  /** Why it could not be started; null: nothing is known against it. */
  failure: { error: unknown } | null;
  /** What the benchmark says while it begins; null: it was not asked to. */
  progress: string | null;
}

export const initialGlueStart: GlueStartState = { draft: new Map(), all: false, failure: null, progress: null };

/** What a person looks at first. */
const first = ['data', 'model', 'tasks', 'seeds', 'recipe', 'output'];

/** The benchmark's options, and its start. */
export function GlueStartScreen(props: {
  state: GlueStartState;
  onChange: (state: GlueStartState) => void;
  /** @param run folder of the benchmark */
  onLaunch: (run: string, words: readonly string[]) => void;
  onBack: () => void;
}): ReactElement {
  const { state, onChange, onLaunch, onBack } = props;
  const { draft, all } = state;
  const change = (values: Partial<GlueStartState>) => onChange({ ...state, failure: null, ...values });
  const items = glueItems(draft).filter(({ key, isChanged }) => all || isChanged || first.includes(key));
  const words = glueWords(draft);
  return (
    <SettingsScreen
      title="run GLUE"
      place="the benchmark's nine tasks"
      items={items}
      words={words}
      problem={state.failure}
      progress={state.progress}
      onValue={(key, text) => {
        const next = withGlueValue(draft, key, text);
        if (typeof next === 'string') return next;
        change({ draft: next });
        return null;
      }}
      onDefault={(key) => {
        const next = new Map(draft);
        next.delete(key);
        change({ draft: next });
      }}
      onAll={() => change({ all: !all })}
      onStart={() => {
        try {
          onLaunch(parseGlue(draft).flags.output, words);
        } catch (error) {
          change({ failure: { error } });
        }
      }}
      onBack={onBack}
    />
  );
}
