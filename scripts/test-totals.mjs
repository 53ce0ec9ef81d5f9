// Adds up vitest's JSON reports: `test-totals.mjs FAILED_STEPS [REPORT EXIT_CODE]...` prints "N passed, N failed".
import { existsSync, readFileSync } from 'node:fs';

const [failedSteps, ...runs] = process.argv.slice(2);
let passed = 0;
let failed = Number(failedSteps);
for (let index = 0; index < runs.length; index += 2) {
  const totals = readTotals(runs[index]);
  passed += totals.passed;
  // An error outside of any test, or an end before the report: told by the exit code alone.
  failed += totals.failed > 0 || runs[index + 1] === '0' ? totals.failed : 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function readTotals(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  // A file that does not even load has no test that could fail.
  const unloaded = report.testResults.filter((test) => test.status === 'failed' && test.assertionResults.length === 0);
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length };
}
