/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Looks again and again until the look says yes; throws with `what` and the last thing seen when time is up. */
export async function waitUntil(
  what: string,
  look: () => Promise<boolean | string>,
  timeoutMs = 15_000,
  everyMs = 50,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  let seen: boolean | string = false;
  do {
    seen = await look();
    if (seen === true) return;
    await pause(everyMs);
  } while (Date.now() < end);
  const said = typeof seen === 'string' ? `; last seen: ${seen}` : '';
  throw new Error(`Waited ${timeoutMs} ms in vain until ${what}${said}`);
}
