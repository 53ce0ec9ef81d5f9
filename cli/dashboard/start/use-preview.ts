import { useEffect, useState } from 'react';
import type { Context } from '../../context.ts';
import type { Draft } from './draft.ts';
import { loadPreview } from './preview.ts';
import type { PreviewState } from './preview-rows.ts';
import { readingKeys } from './settings.ts';

const nothing: PreviewState = { preview: null, audit: null, progress: null, problem: null };

/** The preview of a draft's data, read anew when a setting changes how it is read. What is no longer wanted is not read to its end. */
export function usePreview(draft: Draft | null, context: Context): PreviewState {
  const [state, setState] = useState<PreviewState>(nothing);
  const keys = draft === null ? null : readingKeys(draft);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `keys` is the part of the draft that matters
  useEffect(() => {
    setState(nothing);
    if (draft === null) return;
    const reading = new AbortController();
    const { signal } = reading;
    const update = (change: Partial<PreviewState>) => {
      if (!signal.aborted) setState((before) => ({ ...before, ...change }));
    };
    loadPreview(draft, context, {
      signal,
      onPreview: (preview) => update({ preview }),
      onProgress: (progress) => update({ progress }),
    }).then(
      (audit) => update({ audit, progress: null }),
      (error) => update({ problem: { error }, progress: null }),
    );
    return () => reading.abort();
  }, [keys]);
  return state;
}
