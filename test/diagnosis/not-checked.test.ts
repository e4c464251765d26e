import { describe, expect, it } from 'vitest';
import { notChecked } from '../../src/diagnosis/not-checked.js';
import type { CheckRecord } from '../../src/domain/check-record.js';
import type { Evidence, MissingReason } from '../../src/domain/evidence.js';

function missed(kind: string, reason: MissingReason, host = 'docs-1'): Evidence {
  const missing = { reason, says: `${kind}: ${reason}` };
  return { id: `${kind}:${host}`, kind, host, argv: [], at: '2026-11-20T21:06:07Z', durationMs: 1, missing };
}

function seen(kind: string): Evidence {
  const output = { exitCode: 0, stdout: 'x', stderr: '', truncated: false, timedOut: false };
  return {
    id: `${kind}:seen`,
    kind,
    host: 'web-1',
    argv: [],
    at: '2026-11-20T21:06:07Z',
    durationMs: 1,
    output,
  };
}

function told(evidence: readonly Evidence[], host: object = {}) {
  const docs = {
    alias: 'docs-1',
    roles: [],
    user: 'ops',
    root: false,
    sudo: 'not-asked',
    connections: 1,
    channels: 1,
    probes: 1,
    ...host,
  };
  return notChecked({ hosts: [docs], evidence } as unknown as CheckRecord, 'en');
}

describe('what could not be looked at', () => {
  it('leaves out what need not be there, and what ended meanwhile', () => {
    expect(
      told([
        missed('supervisor.starts', 'not-found'),
        missed('process.detail', 'not-found'),
        missed('systemd.journal', 'failed'),
      ]),
    ).toEqual([]);
  });

  it('keeps an nginx that is nowhere, but not one that another host has', () => {
    const nowhere = missed('nginx.dump', 'command-not-found');
    expect(told([nowhere])).toHaveLength(1);
    expect(told([nowhere, seen('nginx.dump')])).toEqual([]);
    expect(told([missed('nginx.errorLog', 'not-found')])).toHaveLength(1);
    expect(told([missed('nginx.errorLog', 'not-found'), seen('nginx.errorLog')])).toEqual([]);
  });

  it.each(['timeout', 'truncated', 'unreachable', 'unparseable', 'permission-denied'] as const)(
    'keeps every look that ended with %s: unknown is never ok',
    (reason) => {
      expect(told([missed('net.filter', reason)])).toMatchObject([{ probe: 'net.filter', reason }]);
    },
  );

  it('says how what was denied becomes visible, once where sudo itself was refused', () => {
    const denied = [missed('kernel.log', 'permission-denied')];
    expect(told(denied)[0]?.remedy).toMatch(
      /^on docs-1, connect as root, or allow sudo: .*NOPASSWD rule for ops$/u,
    );
    expect(told(denied, { root: true })[0]).not.toHaveProperty('remedy');
    expect(told(denied, { sudo: 'refused' }).map((one) => [one.probe, one.remedy === undefined])).toEqual([
      ['sudo', false],
      ['kernel.log', true],
    ]);
  });
});
