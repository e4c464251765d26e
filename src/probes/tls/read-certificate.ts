import type { Line } from '../../domain/evidence.js';
import { wholeNumber } from '../output-reading.js';

export interface CertificateReading {
  readonly subject: string | undefined;
  readonly issuer: string | undefined;
  readonly altNames: string[];
  /** Epoch seconds. */
  readonly notBefore: number | null;
  readonly notAfter: number | null;
  readonly notBeforeLine: number | undefined;
  readonly notAfterLine: number | undefined;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * What `openssl x509 -noout -subject -issuer -dates` and `-ext subjectAltName` print:
 *
 *     subject=CN = docs.example.test
 *     issuer=CN = docs.example.test
 *     notBefore=Nov 20 21:06:07 2026 GMT
 *     notAfter=Nov 22 21:06:07 2026 GMT
 *     X509v3 Subject Alternative Name:
 *         DNS:docs.example.test, IP Address:127.0.0.1
 */
export function readCertificate(seen: readonly Line[], names: readonly Line[]): CertificateReading {
  const value = (name: string): { text: string; line: number } | undefined => {
    const found = seen.find(({ text }) => text.startsWith(`${name}=`));
    return found && { text: found.text.slice(name.length + 1).trim(), line: found.line };
  };
  const [before, after] = [value('notBefore'), value('notAfter')];
  return {
    subject: value('subject')?.text,
    issuer: value('issuer')?.text,
    altNames: names.flatMap(({ text }) => altNamesOf(text)),
    notBefore: parseOpensslTime(before?.text ?? '') ?? null,
    notAfter: parseOpensslTime(after?.text ?? '') ?? null,
    notBeforeLine: before?.line,
    notAfterLine: after?.line,
  };
}

function altNamesOf(text: string): string[] {
  if (!/^\s*(?:DNS|IP Address|URI|email):/.test(text)) return [];
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^(?:DNS|IP Address):\S/.test(name))
    .map((name) => name.slice(name.indexOf(':') + 1));
}

/** `Nov  1 21:06:07 2026 GMT` in epoch seconds, or undefined. */
export function parseOpensslTime(text: string): number | undefined {
  const found = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.\d{1,9})? (\d{4}) GMT$/.exec(text);
  const month = MONTHS.indexOf(found?.[1] ?? '');
  const [day, hour, minute, second, year] = [2, 3, 4, 5, 6].map((group) => wholeNumber(found?.[group]));
  if (month < 0 || day === undefined || hour === undefined || minute === undefined) return undefined;
  if (second === undefined || year === undefined || year < 1000) return undefined;
  return Date.UTC(year, month, day, hour, minute, second) / 1000;
}
