import { expect, it } from 'vitest';
import { ownName } from '../../src/adapters/ssh/ssh-settings.js';

function nobody(): string {
  throw new Error('uv_os_get_passwd returned ENOENT (no such file or directory)');
}

it('an account without a name, as in a container, logs in under that of USER, or its number', () => {
  expect(ownName(() => 'ops', { USER: 'other' })).toBe('ops');
  expect(ownName(nobody, { USER: 'deploy' })).toBe('deploy');
  expect(ownName(nobody, { USER: '' })).toBe(String(process.getuid?.()));
});
