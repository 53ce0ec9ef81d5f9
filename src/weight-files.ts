/** Which files of a model folder hold its weights; the loader and the download must agree on it. */
import { DataError } from './errors.ts';

export const weightsFile = 'model.safetensors';
/** Of a checkpoint split over several files: names the file of each tensor. */
export const weightsIndexFile = 'model.safetensors.index.json';
/** Formats that are not read; a folder with nothing else is refused with a way to convert it. */
export const otherWeightFiles = ['pytorch_model.bin', 'pytorch_model.bin.index.json', 'tf_model.h5'];

/**
 * The files that a `model.safetensors.index.json` names, each once, sorted.
 * @param index its text
 * @throws DataError for an index of another form, or a name that leads out of the folder
 */
export function shardNames(index: string, where: string): string[] {
  const names = weightMap(index);
  if (names === undefined) {
    throw new DataError('The index of the checkpoint has no "weight_map" from tensor names to file names.', {
      where,
      fix: 'Download the model again, or save it again.',
    });
  }
  const outside = names.find((name) => !/^[^\\/:\0]+\.safetensors$/.test(name));
  if (outside !== undefined) {
    throw new DataError(`The index of the checkpoint names "${outside}", which is no safetensors file of its folder.`, {
      where,
      fix: 'Do not use this model: such a name leads out of its folder or to a file of another format.',
    });
  }
  return [...new Set(names)].sort();
}

function weightMap(index: string): string[] | undefined {
  try {
    const names = Object.values(JSON.parse(index).weight_map);
    return names.length > 0 && names.every((name) => typeof name === 'string') ? names : undefined;
  } catch {
    return undefined;
  }
}

/** The error for a folder without safetensors: says what is there instead and how to convert it. */
export function noWeightsError(files: string[], where: string, model = 'MODEL'): DataError {
  const other = otherWeightFiles.find((name) => files.includes(name));
  if (other === undefined) {
    return new DataError(`There is no ${weightsFile} and no ${weightsIndexFile}.`, {
      where,
      fix: `There is ${files.length === 0 ? 'nothing' : files.sort().join(', ')}. Name a folder that a model was saved to.`,
    });
  }
  const pickled = other !== 'tf_model.h5';
  const load = pickled ? 'from_pretrained(m)' : 'from_pretrained(m, from_tf=True)';
  const python =
    `import transformers as t; m = r'${model}'; c = t.AutoConfig.from_pretrained(m).architectures[0]; ` +
    `getattr(t, c).${load}.save_pretrained('converted'); t.AutoTokenizer.from_pretrained(m).save_pretrained('converted')`;
  return new DataError(
    pickled
      ? `The weights are in ${other}, a pickle: reading it can run any program that was put in it.`
      : `The weights are in ${other}, TensorFlow's own format.`,
    {
      where,
      fix:
        `${pickled ? 'If you trust its origin, convert' : 'Convert'} it with Python${pickled ? '' : ' (transformers below 5 and TensorFlow)'}` +
        ` and name the folder "converted": python -c "${python}"`,
    },
  );
}
