// The last line of .ci/run: what passed and failed over the check's steps and all tests together.
// `node scripts/sum-up.mjs EXIT_STATUS_OF_CHECK EXIT_STATUS_OF_TESTS`
import { existsSync, readFileSync } from 'node:fs';

const [checkStatus, testStatus] = process.argv.slice(2).map(Number);
const check = read('.cache/check.json');
const tests = read('.cache/tests.json');
const skipped = (tests?.testResults ?? []).flatMap((file) =>
  file.assertionResults.filter(({ status }) => status !== 'passed' && status !== 'failed'),
);

for (const { fullName } of skipped) {
  process.stdout.write(`skipped, which counts as failed here: ${fullName}\n`);
}
const passed = (check?.passed ?? 0) + (tests?.numPassedTests ?? 0);
let failed = (check?.failed ?? 0) + (tests?.numFailedTests ?? 0) + skipped.length;
// A run that failed without a failed test (a file that does not load, a time limit) is a failure all the same.
if (failed === 0 && (checkStatus !== 0 || testStatus !== 0 || !check || !tests)) {
  failed = 1;
}
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

function read(file) {
  const path = new URL(`../${file}`, import.meta.url);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}
