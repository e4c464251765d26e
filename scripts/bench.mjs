// `npm run bench -- NAME`: one of the programs in bench/, built.
import { existsSync, readdirSync } from 'node:fs';

const folder = new URL('../dist/bench/', import.meta.url);
const names = existsSync(folder)
  ? readdirSync(folder)
      .filter((file) => file.endsWith('.js'))
      .map((file) => file.slice(0, -'.js'.length))
  : [];
const [name] = process.argv.slice(2);
if (names.includes(name)) {
  // The program reads its own arguments as if it had been started by itself.
  process.argv.splice(2, 1);
  await import(new URL(`${name}.js`, folder).href);
} else {
  process.stderr.write(
    `Expected one of ${names.join(', ')}; got ${name ?? 'nothing'}: npm run bench -- ${names[0]}\n`,
  );
  process.exitCode = 2;
}
