// Adds up vitest's JSON reports: `test-totals.mjs FAILED_STEPS REPORT...` prints "N passed, N failed".
import { existsSync, readFileSync } from 'node:fs';

const [failedSteps, ...reports] = process.argv.slice(2);
let passed = 0;
let failed = Number(failedSteps);
for (const file of reports) {
  if (!existsSync(file)) {
    failed += 1; // the run ended before it could report
    continue;
  }
  const report = JSON.parse(readFileSync(file, 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  // A file that does not even load has no test that could fail.
  failed += report.testResults.filter((test) => test.status === 'failed' && test.assertionResults.length === 0).length;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
