/** What LoRA has learnt, in PEFT's form: two files beside the merged model, and what an exact resume reads. */
import type { Lora } from '../encoder/lora.ts';
import type { ParameterSpec } from '../encoder/names.ts';
import { readHeader, readTensor, writeSafetensors } from '../encoder/safetensors.ts';
import type { Engine, Variable } from '../engine/types.ts';
import { DataError } from '../errors.ts';
import type { ModelFolder, ModelWriter } from '../files.ts';

/**
 * A, B and the head's weights, under PEFT's names, and PEFT's settings. In a folder of their own, as `adapter_model.safetensors`
 * and `adapter_config.json`, they are what PEFT loads; under those names here transformers would take the model for an adapter.
 */
export const loraFile = 'lora.safetensors';
export const loraConfigFile = 'lora.json';

/** PEFT's `PeftModel` wraps the model twice. */
const PREFIX = 'base_model.model.';

const taskTypes: Record<string, string> = {
  DistilBertForSequenceClassification: 'SEQ_CLS',
  DistilBertForTokenClassification: 'TOKEN_CLS',
  DistilBertForQuestionAnswering: 'QUESTION_ANS',
};

export async function writeLoraFiles(
  writer: ModelWriter,
  model: {
    engine: Engine;
    lora: Lora;
    parameters: readonly ParameterSpec[];
    variables: ReadonlyMap<string, Variable>;
    architecture: string;
  },
): Promise<void> {
  const { engine, lora, parameters, variables, architecture } = model;
  const { rank, alpha, targets } = lora.settings;
  const ofHead = parameters.filter(({ name }) => !name.startsWith('distilbert.'));
  const tensors = [...lora.parameters, ...ofHead].map(({ name, shape }) => ({
    name: `${PREFIX}${name}`,
    shape,
    get data() {
      return engine.tidy(() => engine.values(variables.get(name)!.read()));
    },
  }));
  const settings = {
    peft_type: 'LORA',
    task_type: taskTypes[architecture] ?? null,
    base_model_name_or_path: null,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: 0,
    bias: 'none',
    fan_in_fan_out: false,
    target_modules: [...targets],
    modules_to_save: [...new Set(ofHead.map(({ name }) => name.replace(/\.(weight|bias)$/, '')))],
    inference_mode: true,
  };
  await writer.write(loraConfigFile, [new TextEncoder().encode(`${JSON.stringify(settings, null, 2)}\n`)]);
  await writer.write(loraFile, writeSafetensors(tensors));
}

/**
 * Reads A and B, one tensor at a time; the head's weights are in the model's own file.
 * @throws DataError where the file is not there, is broken, or lacks one of them or has it in another shape
 */
export async function readLoraFile(
  folder: ModelFolder,
  lora: Lora,
  assign: (spec: ParameterSpec, values: Float32Array) => void,
): Promise<void> {
  const where = `${folder.where}/${loraFile}`;
  if (!(await folder.list()).includes(loraFile)) throw new DataError('what LoRA has learnt is not there', { where });
  const file = await folder.open(loraFile);
  try {
    const { tensors } = await readHeader(file, where);
    for (const spec of lora.parameters) {
      const entry = tensors.get(`${PREFIX}${spec.name}`);
      if (String(entry?.shape) !== String(spec.shape)) {
        throw new DataError(
          `${spec.name} is ${entry ? `[${entry.shape}]` : 'not there'}, and should be [${spec.shape}]`,
          { where, fix: 'go on with the rank and the targets that it was trained with' },
        );
      }
      assign(spec, await readTensor(file, entry!, where));
    }
  } finally {
    await file.close();
  }
}
