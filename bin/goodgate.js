#!/usr/bin/env node
// Plain JavaScript that an old Node.js can read too: it must be able to say that it is too old.
const WANTED = [20, 19];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < WANTED[0] || (major === WANTED[0] && minor < WANTED[1])) {
  fail(`goodgate needs Node.js ${WANTED.join('.')} or newer, and this is ${process.versions.node}.`);
} else {
  start().catch((error) => fail(`goodgate could not start: ${error.message}`));
}

async function start() {
  const program = new URL('../dist/src/cli/main.js', import.meta.url);
  const { existsSync } = await import('node:fs');
  if (!existsSync(program)) {
    fail('goodgate is not built yet: run "npm run build" in its folder first.');
    return;
  }
  const { main } = await import(program.href);
  await main();
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}
