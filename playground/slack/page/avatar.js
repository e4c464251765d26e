import { element } from './mrkdwn.js';

/** A letter in a colour: nothing is fetched. */
export function avatar({ id, name, kind }) {
  const hue = [...`${id}${name}`].reduce((sum, sign) => sum + sign.codePointAt(0), 0) % 6;
  const [first] = [...name];
  const sign = kind === 'app' ? first : first.toUpperCase();
  return element(
    'span',
    { class: `avatar hue-${kind === 'app' ? 'app' : hue}`, 'aria-hidden': 'true' },
    sign,
  );
}
