import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Text } from '../../src/playbook/cause-schema.js';
import {
  CauseCatalogueError,
  loadCause,
  loadCauseHeads,
  loadCauses,
  readCauses,
} from '../../src/playbook/load-causes.js';
import { CAUSE_IDS } from './cause-ids.js';

const CATALOGUE = fileURLToPath(new URL('../../playbooks/causes', import.meta.url));
const HAN = /[\u4e00-\u9fff]/u;

describe('the cause catalogue that ships', () => {
  const read = readCauses(CATALOGUE);
  const causes = read.entries.map((placed) => placed.entry);
  const byId = new Map(causes.map((cause) => [cause.id, cause]));

  it('has no problem: no unknown key, no id that does not exist, no cycle', () => {
    expect(read.problems).toEqual([]);
  });

  it('holds every id of the contract exactly once', () => {
    expect(CAUSE_IDS).toHaveLength(92);
    expect(causes.map((cause) => cause.id).sort()).toEqual([...CAUSE_IDS].sort());
  });

  it.each(CAUSE_IDS)('explains %s in both languages, with confirmation and remedy', (id) => {
    const cause = byId.get(id);
    if (cause === undefined) {
      throw new Error(`${id} is not in the catalogue`);
    }
    const { what, confirm, mend, prevent, unlike } = cause.explain;
    const texts: Text[] = [
      cause.title,
      what,
      ...confirm.map((step) => step.see),
      ...mend.map((step) => step.do),
      ...prevent,
      ...unlike.map((other) => other.by),
    ];
    for (const text of texts) {
      expect(text.en).not.toMatch(HAN);
      expect(text.zh).toMatch(HAN);
    }
    expect(cause.title.en.length).toBeLessThanOrEqual(160);
    expect(confirm.length).toBeGreaterThanOrEqual(2);
    expect(confirm.length).toBeLessThanOrEqual(5);
    expect(['restart', 'reload', 'config', 'manual']).toContain(cause.mend);
    expect(unlike.length).toBeGreaterThanOrEqual(1);
  });

  it('names nothing twice in leadsTo or unlike', () => {
    for (const cause of causes) {
      const unlike = cause.explain.unlike.map((other) => other.id);
      expect(new Set(cause.leadsTo).size, cause.id).toBe(cause.leadsTo.length);
      expect(new Set(unlike).size, cause.id).toBe(unlike.length);
    }
  });

  it('lets a chain run from a deep cause to its symptom', () => {
    const reaches = (from: string, to: string): boolean =>
      from === to || (byId.get(from)?.leadsTo.some((next) => reaches(next, to)) ?? false);
    expect(reaches('supervisor-option-unknown', 'no-live-upstreams')).toBe(true);
    expect(reaches('clock-skew', 'upstream-tls-untrusted')).toBe(true);
    expect(reaches('redis-down', 'backend-crash-loop')).toBe(true);
    expect(reaches('backend-crash-loop', 'redis-down')).toBe(false);
  });

  it('gives the same heads and the same single entries as the whole reading', () => {
    const heads = causes.map(({ explain: _, ...head }) => head);
    expect(loadCauseHeads(CATALOGUE)).toEqual(heads);
    for (const id of ['redis-down', 'lb-health-check-wrong', 'k8s-rollout-too-early']) {
      expect(loadCause(CATALOGUE, id)).toEqual(byId.get(id));
    }
    expect(loadCause(CATALOGUE, 'no-such-cause')).toBeUndefined();
    expect(loadCauses(CATALOGUE)).toEqual(causes);
  });

  it('keeps entries in the first column and their keys in the third, as the quick reading expects', () => {
    for (const name of readdirSync(CATALOGUE).filter((file) => file.endsWith('.yaml'))) {
      const lines = readFileSync(join(CATALOGUE, name), 'utf8').split('\n');
      expect(lines.filter((line) => /^(?!- id: [a-z0-9-]+$|causes:$|#|$| {2})/u.test(line))).toEqual([]);
    }
  });
});

describe('a catalogue with mistakes', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'goodgate-causes-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  function entry(id: string, leadsTo: string): string {
    return `- id: ${id}
  layer: process
  title: {en: "It is down", zh: "服务不可用"}
  http: "502"
  leadsTo: [${leadsTo}]
  mend: restart
  explain:
    what: {en: "What it is.", zh: "这是什么。"}
    confirm:
      - run: ss -ltn
        see: {en: "Nothing.", zh: "没有监听。"}
    mend:
      - {do: {en: "Start it.", zh: "启动。"}}
    prevent:
      - {en: "Watch it.", zh: "监控。"}
    unlike: []
`;
  }

  function problemsOf(text: string): string[] {
    const file = join(dir, 'some.yaml');
    writeFileSync(file, text);
    const { problems } = readCauses(dir);
    return problems.map(
      (problem) => `${problem.file.slice(dir.length + 1)}:${problem.line}: ${problem.message}`,
    );
  }

  it('is accepted without them', () => {
    expect(problemsOf(`causes:\n${entry('one', 'two')}${entry('two', '')}`)).toEqual([]);
  });

  it('names file and line of an unknown key', () => {
    const text = `causes:\n${entry('one', '')}`.replace('  mend: restart', '  leedsTo: []\n  mend: restart');
    expect(problemsOf(text)).toEqual(['some.yaml:2: one: Unrecognized key: "leedsTo"']);
  });

  it('names the line of a text without Chinese', () => {
    const text = `causes:\n${entry('one', '')}`.replace('"启动。"', '"Start it."');
    expect(problemsOf(text)).toEqual([
      'some.yaml:14: one.explain.mend.0.do.zh: expected a Chinese text, got one without a Chinese character',
    ]);
  });

  it('names the line of an empty text and of a mend that does not exist', () => {
    const text = `causes:\n${entry('one', '')}`
      .replace('"What it is."', '" "')
      .replace('mend: restart', 'mend: reboot');
    const problems = problemsOf(text);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/^some\.yaml:7: one\.mend: .*restart/u);
    expect(problems[1]).toBe('some.yaml:9: one.explain.what.en: expected a text, got an empty one');
  });

  it('suggests the nearest id for one that does not exist', () => {
    const text = `causes:\n${entry('redis-down', 'backend-crashloop')}${entry('backend-crash-loop', '')}`;
    expect(problemsOf(text)).toEqual([
      'some.yaml:2: redis-down.leadsTo: no cause "backend-crashloop"; the nearest is "backend-crash-loop"',
    ]);
  });

  it('reports a cycle with its path, and an id that stands twice', () => {
    const cycle = `causes:\n${entry('one', 'two')}${entry('two', 'three')}${entry('three', 'one')}`;
    expect(problemsOf(cycle)).toEqual(['some.yaml:34: three.leadsTo: a cycle, one -> two -> three -> one']);
    const twice = `causes:\n${entry('one', '')}${entry('one', '')}`;
    expect(problemsOf(twice)).toEqual([`some.yaml:18: one: stands already in ${join(dir, 'some.yaml')}:2`]);
    const itself = `causes:\n${entry('one', 'one')}`;
    expect(problemsOf(itself)).toEqual(['some.yaml:2: one.leadsTo: names itself']);
  });

  it.each([
    ['an empty file', '', 1],
    ['a list where a map belongs', '- id: one\n', 1],
    ['a file cut in the middle of a text', 'causes:\n- id: one\n  title: {en: "It is', 3],
    ['a file that is not YAML', 'causes: [}\n', 1],
    ['binary garbage', '\u0000\u0001\ufffd{{{', 1],
  ])('answers %s with file and line, never with an exception', (_, text, line) => {
    const problems = problemsOf(text);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems[0]).toMatch(new RegExp(`^some\\.yaml:${line}: `, 'u'));
  });

  it('names the true line also where only heads or one entry are read', () => {
    const text = `causes:\n${entry('one', '')}${entry('two', '').replace('mend: restart', 'mend: reboot')}`;
    writeFileSync(join(dir, 'some.yaml'), text);
    expect(() => loadCauseHeads(dir)).toThrow(/some\.yaml:23: two\.mend: /u);
    expect(() => loadCause(dir, 'two')).toThrow(/some\.yaml:23: two\.mend: /u);
    expect(loadCause(dir, 'one')?.id).toBe('one');
  });

  it('is refused as a whole where sound causes are needed, with a code and all problems', () => {
    writeFileSync(join(dir, 'some.yaml'), `causes:\n${entry('one', 'two')}`);
    expect(() => loadCauseHeads(dir)).toThrow(CauseCatalogueError);
    expect(() => loadCauses(dir)).toThrow(/some\.yaml:2: one\.leadsTo: no cause "two"/u);
  });
});
