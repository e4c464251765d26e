import { expect, it } from 'vitest';
import { portsAlike } from '../../../src/diagnosis/walk/likeness.js';

it.each([
  [9100, 9190, true],
  [8080, 8008, true],
  [8000, 8001, true],
  [8000, 8011, false],
  [8000, 80, false],
  [8000, 8000, false],
  [3000, 8443, false],
])('a slip of the finger is one digit, or two that changed places: %i for %i', (one, other, alike) => {
  expect(portsAlike(one, other)).toBe(alike);
});
