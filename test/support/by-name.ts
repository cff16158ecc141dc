import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files in the order of their names: the last one of the system suite looks back on all others. */
export class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1));
  }
}
