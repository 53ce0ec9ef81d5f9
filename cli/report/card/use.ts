import type { TaskType } from '../../../src/data/types.ts';

/** Lines of Python that use the model with transformers 5. `hasPair`: a row has two texts. */
export function pythonUse(task: TaskType, hasPair: boolean): string[] {
  const pipe = (kind: string, options = '') => [
    'from transformers import pipeline',
    '',
    `model = pipeline("${kind}", model="path/to/this/folder"${options})`,
  ];
  const input = hasPair ? '{"text": "...", "text_pair": "..."}' : '"..."';
  switch (task) {
    case 'sequence-classification':
      return [...pipe('text-classification'), `print(model(${input}))`];
    case 'multi-label':
      return [...pipe('text-classification', ', top_k=None, function_to_apply="sigmoid"'), `print(model(${input}))`];
    case 'regression':
      return [...pipe('text-classification', ', function_to_apply="none"'), `print(model(${input}))`];
    case 'token-classification':
      return [...pipe('token-classification', ', aggregation_strategy="simple"'), 'print(model("..."))'];
    case 'masked-lm':
      return [...pipe('fill-mask'), 'print(model("... [MASK] ..."))'];
    case 'question-answering':
      return [
        'from transformers import AutoModelForQuestionAnswering, AutoTokenizer',
        '',
        'tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")',
        'model = AutoModelForQuestionAnswering.from_pretrained("path/to/this/folder")',
        'inputs = tokenizer("the question", "the context", return_tensors="pt")',
        'outputs = model(**inputs)',
        'first, last = outputs.start_logits.argmax(), outputs.end_logits.argmax()',
        'print(tokenizer.decode(inputs["input_ids"][0, first : last + 1]))',
      ];
  }
}

/** Command lines that use the model with distiltune. */
export function distiltuneUse(task: TaskType): string[] {
  switch (task) {
    case 'masked-lm':
      return ['npx distiltune fill-mask path/to/this/folder "... [MASK] ..."'];
    case 'question-answering':
      return ['npx distiltune predict path/to/this/folder questions.json'];
    default:
      return [
        'npx distiltune predict path/to/this/folder "..."',
        'npx distiltune predict path/to/this/folder file.csv',
      ];
  }
}
