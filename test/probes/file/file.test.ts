import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileStat, parseFileStat } from '../../../src/probes/file/file-stat.js';
import { fileRead, fileTail, parseFileText } from '../../../src/probes/file/file-text.js';
import { ProbeParamError } from '../../../src/probes/probe-param-error.js';
import { frame } from '../fixture.js';
import { outputOf } from '../output-of.js';
import { runProbe, SHELLS } from '../run-probe.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'file probes '));
  writeFileSync(join(folder, 'local.json'), '{\n  "port": 8000\n}\n');
  chmodSync(join(folder, 'local.json'), 0o600);
  symlinkSync('local.json', join(folder, 'link'));
  symlinkSync('nowhere', join(folder, 'dangling'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(SHELLS)('file.stat by %s', (_, shell) => {
  it('tells files, folders above, links and what is missing', () => {
    const paths = ['local.json', 'link', 'dangling', 'absent'].map((name) => join(folder, name));
    const parsed = parseFileStat(runProbe(fileStat.command({ paths }), shell));
    const entry = (path: string) =>
      parsed.ok ? parsed.facts.entries.find((one) => one.path === path) : undefined;
    expect(entry('/')).toMatchObject({ state: 'exists', type: 'directory', owner: 'root', uid: 0 });
    expect(entry(folder)).toMatchObject({ type: 'directory', mode: '0700' });
    expect(entry(join(folder, 'local.json'))).toMatchObject({ type: 'file', mode: '0600', size: 19 });
    expect(entry(join(folder, 'link'))).toMatchObject({
      type: 'symlink',
      targetType: 'file',
      targetMode: '0600',
      targetMtimeEpoch: expect.any(Number),
    });
    // What a link leads to is cited by its own line: people edit that, and the link keeps the time of its making.
    expect(entry(join(folder, 'link'))?.targetLine).toBe((entry(join(folder, 'link'))?.line ?? 0) + 2);
    expect(entry(join(folder, 'dangling'))).toMatchObject({ state: 'exists', type: 'symlink' });
    expect(entry(join(folder, 'dangling'))?.targetType).toBeUndefined();
    expect(entry(join(folder, 'absent'))).toMatchObject({ state: 'missing' });
  });
});

describe('file.stat', () => {
  it('does not call missing what it may not see', () => {
    const text = frame('/root/x', "stat: cannot statx '/root/x': Permission denied", 1);
    expect(parseFileStat(outputOf(text))).toMatchObject({
      facts: { entries: [{ path: '/root/x', state: 'not-visible' }] },
    });
  });

  it('refuses paths that are relative or bear control characters', () => {
    for (const path of ['x', '', '/a\nF 1 0 /b', '/a\0b']) {
      expect(() => fileStat.command({ paths: [path] })).toThrow(ProbeParamError);
    }
  });
});

describe('file.read and file.tail', () => {
  it('reads lines of a file and of its end', () => {
    const path = join(folder, 'local.json');
    expect(parseFileText(runProbe(fileRead.command({ path, maxBytes: 1000 })))).toMatchObject({
      facts: {
        lines: [{ text: '{', line: 0 }, { text: '  "port": 8000' }, { text: '}', line: 2 }],
        binary: false,
        truncated: false,
      },
    });
    expect(parseFileText(runProbe(fileTail.command({ path, bytes: 2 })))).toMatchObject({
      facts: { lines: [{ text: '}' }] },
    });
  });

  it('tells missing, denied, cut and binary apart', () => {
    expect(
      parseFileText(runProbe(fileRead.command({ path: join(folder, 'absent'), maxBytes: 9 }))),
    ).toMatchObject({ reason: 'not-found' });
    const denied = outputOf('', { exitCode: 1, stderr: 'cat: /etc/shadow: Permission denied' });
    expect(parseFileText(denied)).toMatchObject({ reason: 'permission-denied' });
    expect(parseFileText(outputOf('abc', { truncated: true, exitCode: null }))).toMatchObject({
      facts: { truncated: true },
    });
    expect(parseFileText(outputOf('a\0b'))).toMatchObject({ facts: { binary: true } });
  });
});
