/** Progress goes to standard error, so that what follows keeps standard output for itself. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Says that a step failed, with the last lines that it printed. */
export function sayFailed(what, result) {
  const said = `${result.stdout ?? ''}${result.stderr ?? ''}`.trimEnd().split('\n').slice(-25).join('\n');
  const how = result.error ? result.error.message : `exit status ${result.status ?? result.signal}`;
  say(`${said}\n${what} failed (${how}).`);
}
