/** SGR numbers that goodgate uses, as classes of the page. 22 ends bold and dim, 39 ends a colour. */
const ON = {
  1: 'bold',
  2: 'dim',
  31: 'red',
  32: 'green',
  33: 'yellow',
  34: 'blue',
  35: 'magenta',
  36: 'cyan',
};

const ESCAPE = String.fromCharCode(27);
const SEQUENCE = new RegExp(`(${ESCAPE}\\[[\\d;]*m)`, 'u');

/** `\x1b[1m\x1b[31m✗ FOUND\x1b[39m\x1b[22m` -> `<span class="bold red">✗ FOUND</span>` */
export function ansiToHtml(text) {
  const classes = new Set();
  return text
    .split(SEQUENCE)
    .map((part) => {
      if (part.startsWith(`${ESCAPE}[`)) {
        for (const code of part.slice(2, -1).split(';')) change(classes, Number(code));
        return '';
      }
      const safe = part.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
      return classes.size === 0 || part === ''
        ? safe
        : `<span class="${[...classes].join(' ')}">${safe}</span>`;
    })
    .join('');
}

function change(classes, code) {
  if (code === 0) classes.clear();
  else if (code === 22) for (const name of ['bold', 'dim']) classes.delete(name);
  else if (code === 39)
    for (const [number, name] of Object.entries(ON)) Number(number) > 2 && classes.delete(name);
  else if (ON[code] !== undefined) classes.add(ON[code]);
}
