/** A request's URI after nginx's `ngx_http_parse_complex_uri`. Paths hold bytes as characters (latin-1). */
export type NormalUri =
  | { readonly ok: true; readonly path: string; readonly args: string }
  | { readonly ok: false; readonly because: string };

/** Text as its UTF-8 bytes, one character a byte, as nginx compares them. */
export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The reverse of `toBytes`. */
export function fromBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/**
 * Decodes percent escapes, resolves `.` and `..`, merges slashes, and cuts arguments and fragment off. An escaped
 * slash or dot counts as the character itself; an escaped `?`, `#` or `%` does not. `..` above the root, a bad escape
 * and a NUL are what nginx answers with 400.
 */
export function normalizeUri(raw: string, mergeSlashes: boolean): NormalUri {
  const bytes = toBytes(raw);
  const withoutFragment = bytes.split('#', 1)[0] ?? '';
  const question = withoutFragment.indexOf('?');
  const rawPath = question < 0 ? withoutFragment : withoutFragment.slice(0, question);
  const args = question < 0 ? '' : withoutFragment.slice(question + 1);
  if (!rawPath.startsWith('/')) return { ok: false, because: 'a path starts with "/"' };

  let decoded = '';
  for (let at = 0; at < rawPath.length; at += 1) {
    if (rawPath[at] !== '%') {
      decoded += rawPath[at] ?? '';
      continue;
    }
    const hex = rawPath.slice(at + 1, at + 3);
    if (!/^[0-9A-Fa-f]{2}$/.test(hex) || hex === '00')
      return { ok: false, because: 'invalid percent escape' };
    decoded += String.fromCharCode(Number.parseInt(hex, 16));
    at += 2;
  }
  return resolveDots(decoded, mergeSlashes, args);
}

function resolveDots(path: string, mergeSlashes: boolean, args: string): NormalUri {
  const parts = path.split('/').slice(1);
  const out: string[] = [];
  for (const [i, part] of parts.entries()) {
    const isLast = i === parts.length - 1;
    if (part === '.' || part === '..') {
      if (part === '..' && out.pop() === undefined)
        return { ok: false, because: '".." leads above the root' };
      if (isLast) out.push('');
    } else if (part !== '' || isLast || !mergeSlashes) {
      out.push(part);
    }
  }
  return { ok: true, path: `/${out.join('/')}`, args };
}
