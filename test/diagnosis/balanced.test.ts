import { expect, it } from 'vitest';
import { evidenceStore } from '../../src/diagnosis/looked.js';
import { balancedOf } from '../../src/diagnosis/scene/balanced.js';
import type { Walk } from '../../src/diagnosis/walk/walk.js';
import type { Evidence } from '../../src/domain/evidence.js';
import { fixture } from '../probes/fixture.js';
import { outputOf } from '../probes/output-of.js';

const down = fixture('edge', 'haproxy-down');

function evidence(id: string, stdout: string): Evidence {
  const kind = id.split(':')[0] ?? id;
  return {
    id,
    kind,
    host: 'edge-1',
    argv: [],
    at: '2026-11-21T10:00:00Z',
    durationMs: 1,
    output: outputOf(stdout),
  };
}

const response = (status: string) =>
  [
    'via: curl',
    '* Connected to 127.0.0.1 (127.0.0.1) port 8080 (#0)',
    'timing: connect=0.003688 total=0.020571 remote=127.0.0.1',
    'exit: 0',
    'header: 40',
    'raw:',
    `| HTTP/1.1 ${status}\r`,
    '| Content-Length: 2\r',
    '| \r',
    '| ok',
    '',
  ].join('\n');

/** What the scene says of the balanced server, where the balancer's check is answered so now. */
function seen(statistics: string, check?: string) {
  const looks = [
    evidence('haproxy.status', statistics),
    ...(check === undefined ? [] : [evidence('http.request:balancer check 127.0.0.1:8080', response(check))]),
  ];
  const walk = {
    target: { trace: 't1', variables: {} },
    url: new URL('http://shop.example/'),
    proxyHosts: ['edge-1'],
  } as unknown as Walk;
  const [server] = balancedOf(evidenceStore(looks), walk);
  return { state: server?.state, uri: server?.checkUri, refused: server?.checkRefused };
}

it('a check that gets the same status again is refused again; another status, or none seen, is not the same', () => {
  expect(seen(down, '404 Not Found')).toEqual({ state: 'down', uri: '/missing', refused: true });
  expect(seen(down, '200 OK')).toEqual({ state: 'down', uri: '/missing', refused: false });
  expect(seen(down)).toEqual({ state: 'down', uri: '/missing', refused: undefined });
});

it('a server on its way up is not down', () => {
  expect(seen(down.replaceAll(/:str:DOWN$/gm, ':str:DOWN 1/2')).state).toBe('rising');
  expect(seen(down.replaceAll(/:str:DOWN$/gm, ':str:UP 1/3')).state).toBe('up');
});
