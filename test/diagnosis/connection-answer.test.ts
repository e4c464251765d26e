import { describe, expect, it } from 'vitest';
import { evidenceStore } from '../../src/diagnosis/looked.js';
import { connectionAnswer } from '../../src/diagnosis/scene/connection-answer.js';
import type { Fact } from '../../src/diagnosis/scene-types.js';
import { tcpConnect } from '../../src/probes/dependency/tcp-connect.js';
import { outputOf } from '../probes/output-of.js';

const SOCKET = { socket: '/run/php/php8.2-fpm.sock' };

function look(said: string) {
  const { id, kind, argv } = tcpConnect.command(SOCKET);
  const output = outputOf(`via: python3\n${said}\n`);
  const evidence = { id, kind, host: 'web-1', argv, at: '2026-11-21T10:00:00Z', durationMs: 1, output };
  return evidenceStore([evidence]).look(tcpConnect, 'web-1', SOCKET);
}

const taken = '* Connected to /run/php/php8.2-fpm.sock';
const met = (error: Partial<Fact<'ProxyError'>>): Fact<'ProxyError'>[] => [
  { marked: true, message: 'upstream …', phase: '', ...error, cite: ['error.log#9'] },
];

describe('what an upstream answers that speaks no HTTP', () => {
  it('is what the connection met, where none was taken', () => {
    const gone = look('python3: connect: [Errno 2] No such file or directory');
    expect(connectionAnswer(gone, [], undefined)).toMatchObject({ outcome: 'socket-missing', well: false });
    const refused = look('python3: connect: [Errno 111] Connection refused');
    expect(connectionAnswer(refused, [], undefined)).toMatchObject({ outcome: 'refused', well: false });
  });

  it('is not known where it takes connections and nothing else is', () => {
    const answer = connectionAnswer(look(taken), [], { well: false, cite: [] });
    expect(answer?.outcome).toBe('connected');
    expect(answer?.well).toBeUndefined();
  });

  it('is good where nginx itself got a good answer by this way', () => {
    expect(connectionAnswer(look(taken), [], { well: true, cite: [] })?.well).toBe(true);
  });

  it('is what nginx met with the marked request, whose line is cited first', () => {
    const silent = connectionAnswer(
      look(taken),
      met({ kind: 'upstream-timed-out', phase: 'read' }),
      undefined,
    );
    expect(silent).toMatchObject({ outcome: 'timeout-response', well: false });
    expect(silent?.cite[0]).toBe('error.log#9');
    const denied = connectionAnswer(look(taken), met({ kind: 'connect-failed', errno: 13 }), undefined);
    expect(denied?.outcome).toBe('permission-denied');
    const reset = connectionAnswer(look(taken), met({ kind: 'recv-failed', errno: 104 }), undefined);
    expect(reset?.outcome).toBe('reset');
  });
});
