// Does the set-up that a purpose needs, and nothing that is done already: `node scripts/set-up.mjs demo|test|bench|build`.
// Plain JavaScript without dependencies: it runs before anything is installed, on any Node.js.
const WANTED = [20, 19];
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < WANTED[0] || (major === WANTED[0] && minor < WANTED[1])) {
  process.stderr.write(
    `goodgate needs Node.js ${WANTED.join('.')} or newer, and this is ${process.versions.node}. ` +
      'Install a newer one, and run the same command again.\n',
  );
  process.exit(2);
}

const { setUp } = await import('./set-up/steps.mjs');
process.exitCode = await setUp(process.argv[2], process.argv.slice(3));
