import { isIP } from 'node:net';
import type { Line, Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, frameNamed, framesOf, frameText } from '../framed-output.js';
import { classifyFailure } from '../http/classify-failure.js';
import { unread, wholeNumber, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { addressParam, countParam, hostNameParam } from '../probe-params.js';
import { readCertificate } from './read-certificate.js';

export interface TlsHandshakeParams {
  /** A name or an IP address. */
  readonly address: string;
  readonly port: number;
  /** The server name to ask for; none is sent without it. */
  readonly sni?: string;
}

export interface TlsHandshakeFacts {
  /** A handshake came about, whether or not the certificate verifies. */
  readonly ok: boolean;
  /** The port answered, and not by TLS. */
  readonly plainPort: boolean;
  readonly connect: 'ok' | 'refused' | 'timeout' | 'unreachable' | 'unknown';
  /** E.g. `TLSv1.3`. */
  readonly protocol?: string;
  readonly cipher?: string;
  /** OpenSSL's X509_V_ERR number by this host's certificate store, 0 for ok; null where no handshake came about. */
  readonly verifyCode: number | null;
  readonly verifyText: string | null;
  readonly subject?: string;
  readonly issuer?: string;
  /** `docs.example.test`, `192.0.2.1`: without their kinds. */
  readonly altNames: readonly string[];
  /** Epoch seconds. */
  readonly notBefore: number | null;
  readonly notAfter: number | null;
  /** The alert that the server sent, e.g. `handshake failure`. */
  readonly alert: string | null;
  /** The notAfter line where that has passed, else the verification's line, else the error's. */
  readonly line: number;
}

// -state goes to standard error at once: "CONNECTED" waits in a buffer, and is lost when the time limit ends s_client.
// -noservername and -ext came with OpenSSL 1.1.1; before, s_client sent no name by itself.
const SNIPPET = `${FRAME_SHELL}
command -v openssl >/dev/null 2>&1 || { echo 'openssl: not found' >&2; exit 127; }
limit=; command -v timeout >/dev/null 2>&1 && limit='timeout 4'
if [ -n "$2" ]; then set -- "$1" -servername "$2"
elif openssl s_client -help 2>&1 </dev/null | grep -q -e -noservername; then set -- "$1" -noservername
else set -- "$1"; fi
to=$1; shift
got=$($limit openssl s_client -state -connect "$to" "$@" 2>&1 </dev/null); status=$?
one=$(printf '%s\\n' "$got" | sed -n '/^-----BEGIN CERTIFICATE-----/,/^-----END CERTIFICATE-----/p;/^-----END CERTIFICATE-----/q')
said=$(printf '%s\\n' "$got" | sed '/^-----BEGIN /,/^-----END /d;/^ *Session-ID/d;/^ *Resumption PSK/d;/^ *Master-Key/d;/^ *[0-9a-f]\\{4\\} - /d')
frame s_client "$status" "$said"
[ -n "$one" ] || exit 0
x509() { printf '%s\\n' "$one" | openssl x509 -noout "$@" 2>&1; }
seen=$(x509 -subject -issuer -dates); frame x509 "$?" "$seen"
names=$(x509 -ext subjectAltName) || names=$(x509 -text | grep -A1 'Subject Alternative Name')
frame subjectAltName 0 "$names"
`;

/** The TLS handshake that a client makes at a port, and the certificate that it is shown. Sends nothing within. */
export const tlsHandshake: ProbeKind<TlsHandshakeParams, TlsHandshakeFacts> = {
  kind: 'tls.handshake',
  command({ address, port, sni }) {
    const kind = 'tls.handshake';
    const bare = address.replace(/^\[|\]$/g, '');
    const host = isIP(bare) > 0 ? addressParam(kind, 'address', bare) : hostNameParam(kind, 'address', bare);
    const place = `${host.includes(':') ? `[${host}]` : host}:${countParam(kind, 'port', port, 65_535)}`;
    const name = sni === undefined || sni === '' ? '' : hostNameParam(kind, 'sni', sni);
    return {
      id: `${kind}:${place}${name === '' ? '' : `:${name}`}`,
      kind,
      argv: ['sh', '-c', SNIPPET, 'goodgate', place, name],
      timeoutMs: 7000,
      capBytes: 128 * 1024,
    };
  },
  parse: parseTlsHandshake,
};

/**
 *     F 47 0 s_client
 *     SSL_connect:before SSL initialization
 *     depth=0 CN = docs.example.test
 *     verify error:num=18:self-signed certificate
 *     …
 *     New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384
 *     …
 *     Verify return code: 18 (self-signed certificate)
 *     F 4 0 x509
 *     subject=CN = docs.example.test
 *     …
 *
 * Without a handshake, s_client still says "Verify return code: 0 (ok)", which then means nothing.
 */
export function parseTlsHandshake(output: ProbeOutput): Parsed<TlsHandshakeFacts> {
  const read = framesOf(output, 'openssl s_client');
  if (!read.ok) return read;
  const said = frameNamed(read.frames, 's_client');
  if (said === undefined) return unread('unparseable', 'openssl s_client: no answer');
  const lines = said.lines;
  const connected = lines.find(({ text }) => /^(?:CONNECTED\(|SSL_connect:)/.test(text));
  const failure = lines.find(({ text }) => isFailure(text));
  const isTimedOut = [124, 137, 143].includes(said.exitCode);
  if (connected === undefined && failure === undefined && !isTimedOut)
    return unread('unparseable', `openssl s_client: ${lines[0]?.text.slice(0, 200) ?? ''}`);
  const session = sessionOf(lines);
  const ok = session.cipher !== undefined;
  const verify = ok ? verification(lines) : undefined;
  const certificate = readCertificate(
    frameNamed(read.frames, 'x509')?.lines ?? [],
    frameNamed(read.frames, 'subjectAltName')?.lines ?? [],
  );
  const alert = alertOf(lines);
  const plain = lines.find(({ text }) => isFailure(text) && classifyFailure(text, true).tlsToPlain);
  // 10 is X509_V_ERR_CERT_HAS_EXPIRED, 9 X509_V_ERR_CERT_NOT_YET_VALID; a self-signed one is called 18 first.
  const expired = lines.some(({ text }) => text.startsWith('verify error:num=10:')) || verify?.code === 10;
  const early = lines.some(({ text }) => text.startsWith('verify error:num=9:')) || verify?.code === 9;
  const line =
    (expired ? certificate.notAfterLine : undefined) ??
    (early ? certificate.notBeforeLine : undefined) ??
    verify?.line ??
    plain?.line ??
    alert?.line ??
    failure?.line ??
    connected?.line ??
    said.line;
  return {
    ok: true,
    facts: withoutUndefined<TlsHandshakeFacts>({
      ok,
      plainPort: !ok && plain !== undefined,
      connect: connected === undefined ? connectOf(frameText(said), isTimedOut) : 'ok',
      ...(session.protocol === undefined ? {} : { protocol: session.protocol }),
      ...(session.cipher === undefined ? {} : { cipher: session.cipher }),
      verifyCode: verify?.code ?? null,
      verifyText: verify?.text ?? null,
      ...(certificate.subject === undefined ? {} : { subject: certificate.subject }),
      ...(certificate.issuer === undefined ? {} : { issuer: certificate.issuer }),
      altNames: certificate.altNames,
      notBefore: certificate.notBefore,
      notAfter: certificate.notAfter,
      alert: alert?.name ?? null,
      line,
    }),
  };
}

/** OpenSSL's error queue (`40C7…:error:0A00010B:SSL routines:…`), and s_client's and BIO's own words. */
function isFailure(text: string): boolean {
  return /^[0-9A-Fa-f]{1,20}:error:|^(?:connect|getaddrinfo|BIO_lookup|gethostbyname|read|write)[:_ ]|errno=\d|s_client: /.test(
    text,
  );
}

function sessionOf(lines: readonly Line[]): { protocol?: string; cipher?: string } {
  let protocol: string | undefined;
  let cipher: string | undefined;
  for (const { text } of lines) {
    const found = /^(?:New|Reused), ([\w./]{1,20}), Cipher is ([\w-]{1,60})/.exec(text);
    if (found !== null) [, protocol, cipher] = found;
    // OpenSSL 1.0 says "New, TLSv1/SSLv3" for all of them, and the truth here.
    const exact = /^ {4}Protocol {2}: ([\w.]{1,20})$/.exec(text)?.[1];
    if (exact !== undefined) protocol = exact;
  }
  if (cipher === undefined) return {};
  return protocol === undefined ? { cipher } : { protocol, cipher };
}

function verification(lines: readonly Line[]): { code: number; text: string; line: number } | undefined {
  for (const { text, line } of lines) {
    const found = /^\s{0,8}Verify return code: (\d{1,5}) \(([^)]{0,200})\)/.exec(text);
    const code = wholeNumber(found?.[1]);
    if (code !== undefined) return { code, text: found?.[2] ?? '', line };
  }
  return undefined;
}

/** `…:SSL routines::sslv3 alert handshake failure:../ssl/record/rec_layer_s3.c:1584:SSL alert number 40` */
function alertOf(lines: readonly Line[]): { name: string; line: number } | undefined {
  for (const { text, line } of lines) {
    const number = /:SSL alert number (\d{1,3})$/.exec(text)?.[1];
    if (number === undefined) continue;
    const words = text.split(':').find((part) => /^(?:sslv3|tlsv1|tlsv13|ssl\/tls) /.test(part));
    return {
      name: words?.replace(/^\S+ /, '').replace(/^alert /, '') ?? `alert ${number}`,
      line,
    };
  }
  return undefined;
}

function connectOf(text: string, isTimedOut: boolean): TlsHandshakeFacts['connect'] {
  const { outcome } = classifyFailure(text, false);
  if (outcome === 'refused' || outcome === 'unreachable') return outcome;
  if (outcome === 'timeout-connect' || isTimedOut) return 'timeout';
  return 'unknown';
}
