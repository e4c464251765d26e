import { describe, expect, it } from 'vitest';
import { type Account, accountOf, allows, type Right } from '../../src/diagnosis/scene/file-rights.js';
import type { FileEntry } from '../../src/probes/file/file-stat.js';

const file = (mode: string, more: Partial<FileEntry> = {}): FileEntry => ({
  path: '/run/app.sock',
  state: 'exists',
  mode,
  owner: 'app',
  group: 'app',
  uid: 500,
  gid: 500,
  line: 1,
  ...more,
});

const known = (gids: readonly number[]): Account => ({ name: 'www-data', uid: 33, gids });
const unseen: Account = { name: 'www-data' };

describe('the right to use a file', () => {
  it.each<[string, string, Partial<FileEntry>, Account, Right, boolean | undefined]>([
    ['others may', '0666', {}, known([33]), 'write', true],
    ['nobody else may', '0600', {}, known([33]), 'write', false],
    ['nobody else may, whoever it is', '0700', { acl: true }, unseen, 'search', false],
    ['a group may, and it is in it', '0660', {}, known([33, 500]), 'write', true],
    ['a group may, and it is not in it', '0660', { acl: false }, known([33]), 'write', false],
    [
      'a group may, and it is not in it, but a list may name it',
      '0660',
      { acl: true },
      known([33]),
      'write',
      undefined,
    ],
    [
      'a group may, it is not in it, and nobody asked for a list',
      '0660',
      {},
      known([33]),
      'write',
      undefined,
    ],
    ['a group may, and its groups are not known', '0660', { acl: false }, unseen, 'write', undefined],
    ['the group of its own name may', '0660', { group: 'www-data', gid: 33 }, unseen, 'write', true],
    ['root’s group may', '0660', { group: 'root', gid: 0, acl: false }, unseen, 'write', false],
    ['its own group may not, though others may', '0606', {}, known([500]), 'write', false],
    ['a group that it may be in may not, though others may', '0606', {}, unseen, 'write', undefined],
    [
      'it owns the file, and has taken its own right',
      '0077',
      { owner: 'www-data', uid: 33 },
      known([33]),
      'read',
      false,
    ],
    ['it owns the file by number', '0600', { owner: 'someone', uid: 33 }, known([33]), 'read', true],
    ['it is root', '0000', {}, { name: 'root' }, 'write', true],
    ['the mode is not known', '', {}, known([33]), 'read', undefined],
  ])('%s', (_why, mode, more, account, right, expected) => {
    expect(allows(file(mode, more), account, right)).toBe(expected);
  });

  it('is that of the process, with all its groups', () => {
    expect(accountOf('www-data', { uid: 33, gid: 33, groups: [500] })).toEqual(known([33, 500]));
    expect(accountOf('www-data', undefined)).toEqual(unseen);
  });
});
