import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/words/commands.js';
import { parseCommand } from '../../src/words/parse-command.js';

const known = {
  targets: ['docs-server', 'Papers', 'wiki'],
  playbooks: ['onlyoffice', 'nginx-upstream'],
  causes: ['redis-down', 'backend-stopped'],
};
const parse = (text: string) => parseCommand(text, known);

describe('what people type', () => {
  it.each([
    ['check docs-server', { name: 'check', target: 'docs-server' }],
    ['check docs-server onlyoffice', { name: 'check', target: 'docs-server', playbook: 'onlyoffice' }],
    ['  CHECK\tDOCS-SERVER ', { name: 'check', target: 'docs-server' }],
    ['check papers', { name: 'check', target: 'Papers' }],
    ['docs-server', { name: 'check', target: 'docs-server' }],
    ['run onlyoffice docs-server', { name: 'check', target: 'docs-server', playbook: 'onlyoffice' }],
    ['check “docs–server”', { name: 'check', target: 'docs-server' }],
    ['check <http://docs-server|docs-server>', { name: 'check', target: 'docs-server' }],
    ['status', { name: 'status' }],
    ['list', { name: 'targets' }],
    ['recheck', { name: 'recheck' }],
    ['recheck wiki', { name: 'recheck', target: 'wiki' }],
    ['history wiki', { name: 'history', target: 'wiki' }],
    ['cancel run-142', { name: 'cancel', run: 'run-142' }],
    ['cancel #142', { name: 'cancel', run: 'run-142' }],
    ['cancel 0142', { name: 'cancel', run: 'run-142' }],
    ['timeline', { name: 'timeline' }],
    ['timeline INC-17', { name: 'timeline', incident: 'inc-17' }],
    ['ack', { name: 'ack' }],
    ['close 17', { name: 'resolve', incident: 'inc-17' }],
    ['cancel rn-14', { name: 'cancel', run: 'rn-14' }],
    ['explain Redis-Down', { name: 'explain', cause: 'redis-down' }],
    ['?', { name: 'help' }],
  ])('%s', (text, command) => {
    expect(parse(text)).toEqual({ kind: 'command', command });
  });

  it('keeps the words of a note as they were typed', () => {
    expect(parse('note  restarted it   by hand\nand it works')).toEqual({
      kind: 'command',
      command: { name: 'note', text: 'restarted it   by hand\nand it works' },
    });
    expect(parse('note inc-3 asked the "DB" team')).toEqual({
      kind: 'command',
      command: { name: 'note', incident: 'inc-3', text: 'asked the "DB" team' },
    });
  });

  it('takes no number of a note for an incident, and gives Slack’s marks back as they were typed', () => {
    expect(parse('note 2 pods restarted by hand')).toEqual({
      kind: 'command',
      command: { name: 'note', text: '2 pods restarted by hand' },
    });
    expect(parse('note #4 a &amp; b &lt;x&gt; <https://e.com|e.com>')).toEqual({
      kind: 'command',
      command: { name: 'note', incident: 'inc-4', text: 'a & b <x> e.com' },
    });
  });

  it('says what a mistyped word was probably meant to be, with the whole command', () => {
    expect(parse('chek docs-server')).toMatchObject({
      kind: 'not-understood',
      word: 'chek',
      expected: 'command',
      near: expect.arrayContaining([expect.objectContaining({ command: 'check docs-server' })]),
    });
    expect(parse('check doc-server onlyoffice')).toMatchObject({
      kind: 'not-understood',
      expected: 'target',
      near: [{ command: 'check docs-server onlyoffice' }],
    });
    expect(parse('run onlyofice wiki')).toMatchObject({
      expected: 'playbook',
      near: [{ command: 'run onlyoffice wiki' }],
    });
    expect(parse('explain redis-dwn')).toMatchObject({
      expected: 'cause',
      near: [{ command: 'explain redis-down' }],
    });
    expect(parse('docs-servr')).toMatchObject({ near: [{ command: 'check docs-server' }] });
  });

  it('tells what there is where nothing is near', () => {
    expect(parse('check xyzzyplugh-quux')).toMatchObject({
      expected: 'target',
      near: [],
      known: known.targets,
    });
  });

  it.each(['check', 'run onlyoffice', 'cancel', 'note', 'note inc-3', 'explain'])(
    'says how "%s" is written',
    (text) => {
      expect(parse(text)).toMatchObject({ kind: 'usage' });
    },
  );

  it('names a word too many rather than passing over it', () => {
    expect(parse('check docs-server onlyoffice now')).toMatchObject({ kind: 'usage', extra: 'now' });
    expect(parse('status all')).toMatchObject({ kind: 'usage', command: 'status', extra: 'all' });
  });

  it('opens the dialog for nothing at all', () => {
    expect(parse(' \n ')).toEqual({ kind: 'nothing' });
  });

  it('understands or refuses whatever is typed, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc
            .tuple(fc.constantFrom(...COMMANDS), fc.string({ unit: 'grapheme' }))
            .map((words) => words.join(' ')),
          fc.constantFrom('constructor', '__proto__ x', 'toString', 'check __proto__'),
        ),
        (text) => {
          const parsed = parse(text);
          expect(['command', 'nothing', 'not-understood', 'usage']).toContain(parsed.kind);
        },
      ),
    );
  });
});
