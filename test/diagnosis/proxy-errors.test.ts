import { expect, it } from 'vitest';
import { evidenceStore } from '../../src/diagnosis/looked.js';
import { proxyErrors } from '../../src/diagnosis/scene/proxy-errors.js';
import type { Walk } from '../../src/diagnosis/walk/walk.js';
import { outputOf } from '../probes/output-of.js';

const NOW = Date.parse('2026-11-21T10:00:00Z') / 1000;

/** Whether a refused upload of the log is of the site, whose server has the given first name. */
function ofSite(
  name: string | undefined,
  line: { server: string; host: string },
  url = 'http://docs.example/',
) {
  const text =
    '2026/11/21 09:59:50 [error] 81#81: *5 client intended to send too large body: 5000 bytes, client: 10.0.0.9, ' +
    `server: ${line.server}, request: "POST /up HTTP/1.1", host: "${line.host}"`;
  const store = evidenceStore([
    {
      id: 'nginx.errorLog:/var/log/nginx/error.log',
      kind: 'nginx.errorLog',
      host: 'docs-1',
      argv: [],
      at: '2026-11-21T10:00:00Z',
      durationMs: 1,
      output: outputOf(`clock ${NOW} +0000\nsize 400 mtime ${NOW}\n${text}\n`),
    },
  ]);
  const read = name === undefined ? undefined : { match: { server: { names: [{ text: name }] } } };
  const walk = { target: { trace: 't1' }, url: new URL(url), proxy: { read } } as unknown as Walk;
  return proxyErrors(store, walk, 'docs-1')?.map((error) => error.ofSite);
}

it('a line of a log that sites share belongs to the site whose server it names', () => {
  expect(ofSite('docs.example', { server: 'docs.example', host: 'www.docs.example' })).toEqual([true]);
  expect(ofSite('.docs.example', { server: 'docs.example', host: 'a.docs.example' })).toEqual([true]);
  expect(ofSite('docs.example', { server: 'shop.example', host: 'shop.example' })).toEqual([false]);
});

it('of a server without a name of its own the host decides, and without a configuration nothing is known', () => {
  expect(ofSite('_', { server: '_', host: 'docs.example' })).toEqual([true]);
  expect(ofSite('', { server: '', host: 'shop.example' })).toEqual([false]);
  expect(ofSite(undefined, { server: 'docs.example', host: 'docs.example' })).toEqual([undefined]);
});
