import { distance } from 'fastest-levenshtein';

/** The names that a person most likely meant, nearest first, at most `count`; none where nothing is near. */
export function nearestNames(wrong: string, names: Iterable<string>, count = 3): string[] {
  const asked = wrong.toLowerCase();
  return [...names]
    .map((name) => ({ name, far: howFar(asked, name.toLowerCase()) }))
    .filter(({ far }) => far <= Math.max(2, Math.ceil(asked.length / 2)))
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}

/** A beginning, or a part of a name, is nearer than its length says: `docs` for `docs-server`. */
function howFar(asked: string, name: string): number {
  const contained = asked.length >= 3 && name.includes(asked);
  return contained ? 1 : distance(asked, name);
}

/** `did you mean "a" or "b"?`, or what there is: `there are: a, b, c`; undefined where there is nothing. */
export function suggestName(wrong: string, names: Iterable<string>): string | undefined {
  const all = [...names];
  const near = nearestNames(wrong, all);
  if (near.length > 0) {
    return `did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`;
  }
  if (all.length === 0) {
    return undefined;
  }
  const shown = all.slice(0, 12).join(', ');
  return `there ${all.length === 1 ? 'is' : 'are'}: ${shown}${all.length > 12 ? ', …' : ''}`;
}
