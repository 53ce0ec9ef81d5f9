import { expect, test } from 'vitest';
import { classMap } from '../../tasks/glue/labels.ts';
import { glueTask } from '../../tasks/glue/tasks.ts';

test('a checkpoint that numbers the classes of MNLI otherwise is read by their names', () => {
  const mnli = glueTask('mnli');
  expect(classMap(['CONTRADICTION', 'NEUTRAL', 'ENTAILMENT'], mnli, 'a')).toEqual({ classes: [2, 1, 0], byName: true });
  expect(classMap(['contradiction', 'entailment', 'neutral'], mnli, 'a').classes).toEqual([2, 0, 1]);
});

test('names of other releases, numbers, and bare numbers that name nothing', () => {
  expect(classMap(['equivalent', 'not_equivalent'], glueTask('mrpc'), 'a')).toEqual({ classes: [1, 0], byName: true });
  expect(classMap(['1', '0'], glueTask('cola'), 'a')).toEqual({ classes: [1, 0], byName: true });
  expect(classMap(['LABEL_0', 'LABEL_1'], glueTask('rte'), 'a')).toEqual({ classes: [0, 1], byName: false });
  expect(classMap(['entailment', 'not_entailment'], glueTask('rte'), 'a').classes).toEqual([0, 1]);
  expect(classMap(['entailment', 'not_entailment'], glueTask('wnli'), 'a').classes).toEqual([1, 0]);
});

test.each([
  [['positive', 'negative']],
  [['entailment']],
  [['entailment', 'neutral', 'contradiction']],
  [['LABEL_0', 'LABEL_2']],
])('labels of another task are refused: %s', (labels) => {
  expect(() => classMap(labels, glueTask('rte'), 'a/model')).toThrow(
    `the model's labels are not those of RTE: ${labels.join(', ')}`,
  );
});
