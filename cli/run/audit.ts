import { createAudit } from '../../src/data/audit.ts';
import type { SplitName } from '../../src/data/split.ts';
import { requireTrainable } from '../../src/data/trainable.ts';
import type { Example, RefusedRow, TaskType } from '../../src/data/types.ts';
import type { AnyExample } from '../../src/tasks/prepare.ts';
import type { Features } from '../../src/tasks/types.ts';

export function auditOf(task: TaskType, maxLength: number) {
  const audit = createAudit({ task: task as never, maxLength });
  return {
    add: (side: SplitName, example: AnyExample, { fullLength }: Features<unknown>) =>
      audit.add(side, example as Example, fullLength),
    refuse: (side: SplitName, row: RefusedRow) => audit.refuse(side, row),
    report(name: string) {
      const report = audit.report();
      requireTrainable(report, name);
      return report;
    },
  };
}
