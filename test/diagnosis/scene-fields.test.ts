import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { sceneTypes } from '../../src/diagnosis/scene-types.js';

const SCENE = new URL('../../src/diagnosis/scene/', import.meta.url);
const builders = readdirSync(SCENE)
  .map((name) =>
    readFileSync(new URL(name, SCENE), 'utf8').replaceAll(/^import [^;]*;$|^\s*(?:\/\/|\*|\/\*).*$/gm, ''),
  )
  .join('\n');

/** As a key of an object, in full or in short: `name: …`, `name,`, `name }`. */
function isSet(field: string): boolean {
  return new RegExp(`(?<=^\\s*|[{,]\\s)${field}(?::(?!:)|,$|\\s*,\\s|\\s*\\})`, 'm').test(builders);
}

it.each(Object.entries(sceneTypes).map(([type, fields]) => ({ type, fields: Object.keys(fields) })))(
  'every word of $type is said by some builder of the scene, so that a rule which waits for it can fire',
  ({ fields }) => {
    expect(fields.filter((field) => !isSet(field))).toEqual([]);
  },
);

it('knows a word that nobody says', () => {
  expect(isSet('rabbitmqAlarms')).toBe(false);
});
