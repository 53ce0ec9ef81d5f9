import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceModelFolder } from '../../src/data/replace-folder.ts';
import { loraConfigFile, loraFile } from '../../src/tasks/lora-files.ts';

/**
 * Writes what LoRA has learnt, of the best checkpoint, as PEFT's own folder: `adapter/` of the run.
 * @param base the model that it goes with, as the run names it
 */
export async function writeAdapter(run: string, base: string): Promise<void> {
  const [settings, tensors] = await Promise.all([
    readFile(join(run, 'model', loraConfigFile), 'utf8'),
    readFile(join(run, 'model', loraFile)),
  ]);
  const config = { ...JSON.parse(settings), base_model_name_or_path: base };
  await replaceModelFolder(join(run, 'adapter'), async (writer) => {
    await writer.write('adapter_config.json', [new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`)]);
    await writer.write('adapter_model.safetensors', [tensors]);
  });
}
