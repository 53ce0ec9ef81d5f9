import { type ReactElement, useEffect, useState } from 'react';
import type { Context } from '../../context.ts';
import { actionOf } from '../keys.ts';
import { bodySize } from '../start/page.ts';
import { PageScreen } from '../start/page-screen.tsx';
import { selected } from '../start/selection.ts';
import { fieldOf } from '../start/text-field.ts';
import { useKeys, useScreenSize } from '../terminal/hooks.ts';
import { useTheme } from '../theme.ts';
import { ChooseModelScreen } from './choose-model-screen.tsx';
import { fieldNames, inputOf, wordsOf } from './inputs.ts';
import { tryKeys } from './keys.ts';
import type { TriedModel } from './messages.ts';
import { type StartModel, startModelProcess } from './model-process.ts';
import { tryBody } from './try-rows.ts';
import { typedText } from './typed-text.ts';
import { useModel } from './use-model.ts';

/**
 * Texts and what a model says of them, as one types.
 * @param props.model a run's folder, a model's, or a name of the hub; absent: it is chosen first
 * @param props.folder that runs to choose from lie in; `runs` where absent
 * @param props.start how the model's process comes about
 */
export function TryScreen(props: {
  context: Pick<Context, 'environment'>;
  model?: string;
  folder?: string;
  start?: StartModel;
  onBack: () => void;
}): ReactElement {
  const { context, folder = 'runs', start = startModelProcess, onBack } = props;
  const [model, setModel] = useState(props.model ?? null);
  if (model === null) return <ChooseModelScreen folder={folder} onChoose={setModel} onBack={onBack} />;
  const back = props.model === undefined ? () => setModel(null) : onBack;
  return <ModelScreen key={model} {...{ context, name: model, start, onBack: back, onChoose: () => setModel(null) }} />;
}

const spinMs = 200;

function ModelScreen(props: {
  context: Pick<Context, 'environment'>;
  name: string;
  start: StartModel;
  onBack: () => void;
  onChoose: () => void;
}): ReactElement {
  const { context, name, start, onBack, onChoose } = props;
  const theme = useTheme();
  const size = useScreenSize();
  const [fields, setFields] = useState([fieldOf(''), fieldOf('')]);
  const [active, setActive] = useState(0);
  const [dropped, setDropped] = useState(0);
  const [scroll, setScroll] = useState(0);
  const [tick, setTick] = useState(0);
  const [isHelp, setHelp] = useState(false);

  const typedInput = (model: TriedModel) => {
    const found = inputOf(model, fields);
    return 'input' in found ? found.input : null;
  };
  const { state, input, said, isBusy } = useModel(name, typedInput, context, start);
  const model = state.is === 'ready' ? state.model : null;
  const found = model === null ? null : inputOf(model, fields);
  const missing = found !== null && 'missing' in found ? found.missing : null;
  const isWaiting = isBusy || state.is === 'loading';
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(() => setTick((before) => before + 1), spinMs);
    return () => clearInterval(timer);
  }, [isWaiting]);

  const words = wordsOf(name, model, input);
  const { width, height } = bodySize(size, words, theme);
  const view = { name, state, fields, active, said, isBusy, missing, dropped, scroll, tick };
  const body = tryBody(view, width, height, theme);
  const count = fieldNames(model).length;

  useKeys((key) => {
    if (isHelp) return setHelp(false);
    const action = actionOf(tryKeys, key.name);
    switch (action) {
      case undefined: {
        const next = typedText(fields[active]!, key);
        setDropped(next.dropped);
        if (next.field.text !== fields[active]!.text) setScroll(0);
        return setFields(fields.map((field, i) => (i === active ? next.field : field)));
      }
      case 'next-field':
        return setActive((active + 1) % count);
      case 'previous-field':
        return setActive((active + count - 1) % count);
      case 'model':
        return onChoose();
      case 'back':
        return onBack();
      case 'help':
        return setHelp(true);
      default:
        return setScroll(selected(Math.min(scroll, body.mostScroll), action, body.mostScroll + 1, body.page));
    }
  });
  return <PageScreen {...{ title: 'try', place: name, body: body.rows, words, bindings: tryKeys, isHelp }} />;
}
