import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveTo } from './accounts.js';
import type { Host } from './host.js';
import { must } from './machine.js';

/** A certificate authority and a server certificate that it signed. Absolute paths of PEM files. */
export interface Certificate {
  readonly authority: string;
  readonly cert: string;
  readonly key: string;
}

/** OpenSSL's form of a moment: 20261121014500Z. */
function momentOf(date: Date): string {
  return `${date.toISOString().replace(/\D/g, '').slice(0, 14)}Z`;
}

/** Makes an authority and a certificate for `name`, valid between the two days counted from today. */
export async function makeCertificate(
  host: Host,
  folder: string,
  name: string,
  owner: string | undefined,
  fromDay: number,
  toDay: number,
): Promise<Certificate> {
  const at = (file: string): string => join(folder, file);
  const day = (offset: number): string => momentOf(new Date(Date.now() + offset * 86_400_000));
  const files = { authority: at('ca.crt'), cert: at('server.crt'), key: at('server.key') };
  const subject = ['-subj', `/CN=${name}`];
  const fresh = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'] as const;
  await must(host, [
    'openssl',
    ...fresh,
    '-x509',
    '-days',
    '3650',
    '-subj',
    '/CN=Internal CA',
    '-keyout',
    at('ca.key'),
    '-out',
    files.authority,
  ]);
  await must(host, ['openssl', ...fresh, ...subject, '-keyout', files.key, '-out', at('server.csr')]);
  writeFileSync(at('index.txt'), '');
  writeFileSync(at('serial'), '01\n');
  const extensions = `[ext]\nsubjectAltName=DNS:${name}\n`;
  const authority = `[ca]\ndefault_ca=main\n[main]\ndatabase=${at('index.txt')}\nserial=${at('serial')}\nnew_certs_dir=${folder}\n`;
  const policy = 'default_md=sha256\npolicy=any\nunique_subject=no\n[any]\ncommonName=supplied\n';
  writeFileSync(at('ca.conf'), `${authority}${policy}${extensions}`);
  const dates = ['-startdate', day(fromDay), '-enddate', day(toDay)];
  const signing = [
    '-cert',
    files.authority,
    '-keyfile',
    at('ca.key'),
    '-in',
    at('server.csr'),
    '-out',
    files.cert,
  ];
  await must(host, [
    'openssl',
    'ca',
    '-batch',
    '-config',
    at('ca.conf'),
    '-extensions',
    'ext',
    '-notext',
    ...signing,
    ...dates,
  ]);
  giveTo(files.key, owner);
  return files;
}
