/** Names, ports and paths of this run: drawn from the clock, or from GOODGATE_SEED to repeat a run. */
export function seedOfThisRun(): number {
  const given = process.env['GOODGATE_SEED'];
  if (given === undefined || given === '') return Date.now() % 2 ** 31;
  const seed = Number(given);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new Error(`GOODGATE_SEED has to be a whole number from 0 to ${2 ** 32 - 1}, and is "${given}".`);
  return seed;
}
