// Adds up vitest's JSON reports: `test-totals.mjs FAILED_STEPS [REPORT EXIT_CODE]...` prints "N passed, N failed",
// after each failed test by name: a log is often cut at its front, where the runner told of them.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

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
  for (const { name, message } of unloaded) tell(name, 'does not load', message);
  for (const { name, assertionResults } of report.testResults)
    for (const { status, fullName, failureMessages } of assertionResults)
      if (status === 'failed') tell(name, fullName, failureMessages[0]);
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length };
}

function tell(file, test, message) {
  console.log(`failed: ${relative(process.cwd(), file)} > ${test}\n${String(message).slice(0, 2000)}\n`);
}
