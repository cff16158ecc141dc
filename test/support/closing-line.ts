import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends a run with one plain line, `N passed, N failed, N skipped`, for readers that do not know vitest. A file that cannot be loaded, a
 * hook that fails and an error outside any test count as failed. With TSHUB_COUNTS set, the three numbers are also added to that file, for scripts/test.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) count[test.result().state]++;
      // Errors of hooks: their tests count as skipped.
      for (const group of [module, ...module.children.allSuites()]) if (group.errors().length > 0) count.failed++;
    }
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')]);
    for (const test of skipped) {
      const result = test.result();
      if (result.state === 'skipped' && result.note) console.log(`skipped: ${test.name}: ${result.note}`);
    }
    // Pending: the run ended before the test did.
    const failed = count.failed + count.pending;
    console.log(`${count.passed} passed, ${failed} failed, ${count.skipped} skipped`);
    const file = process.env['TSHUB_COUNTS'];
    if (file) appendFileSync(file, `${count.passed} ${failed} ${count.skipped}\n`);
  }
}
