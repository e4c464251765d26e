import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeRedisPlace, parseRedisUrl } from '../../../src/adapters/redis/redis-url.js';

function place(url: string) {
  const parsed = parseRedisUrl(url);
  return parsed.ok ? parsed.place : parsed.says;
}

describe('where Redis is, by its URL', () => {
  it.each([
    ['redis://localhost', 'redis://localhost:6379/0'],
    ['redis://:s%40cret@db.example.net:6380/3', 'redis://db.example.net:6380/3'],
    ['rediss://goodgate:secret@[2001:db8::1]:6380', 'rediss://[2001:db8::1]:6380/0'],
    ['REDIS://10.0.0.7?db=2', 'redis://10.0.0.7:6379/2'],
    ['unix:///run/redis/redis.sock', 'unix:///run/redis/redis.sock'],
    ['redis+unix://:secret@/run/my%20redis.sock?db=1', 'unix:///run/my redis.sock?db=1'],
    ['redis+sentinel://s1,s2:26380/mymaster/4', 'redis+sentinel://s1:26379,s2:26380/mymaster/4'],
    ['rediss+sentinel://u:secret@s1:26379/m?sentinelPassword=secret', 'rediss+sentinel://s1:26379/m/0'],
    ['redis+cluster://n1:7001,n2:7002', 'redis+cluster://n1:7001,n2:7002'],
    ['rediss+cluster://:secret@n1/0', 'rediss+cluster://n1:6379'],
  ])('reads %s, and tells of it without its login', (url, told) => {
    const parsed = parseRedisUrl(url);
    expect(parsed.ok && describeRedisPlace(parsed.place)).toBe(told);
  });

  it('gives the logins as they are meant, and the files of TLS', () => {
    expect(
      place('rediss+sentinel://u:p%3A%2F@s1/m?sentinelUsername=su&sentinelPassword=sp&ca=/etc/ca.pem'),
    ).toEqual({
      kind: 'sentinel',
      username: 'u',
      password: 'p:/',
      sentinels: [{ host: 's1', port: 26_379 }],
      master: 'm',
      db: 0,
      tls: { ca: '/etc/ca.pem' },
      sentinelLogin: { username: 'su', password: 'sp' },
    });
  });

  it.each([
    ['localhost:6379', 'REDIS_URL has no scheme such as redis://'],
    ['http://localhost', 'REDIS_URL begins with http://, which is not known'],
    ['redis://', 'REDIS_URL names no host'],
    ['redis://h:99999', /has a host that cannot be read/u],
    ['redis://h/one', 'REDIS_URL has a database that is not a number'],
    ['redis://h/1/2', /more after the host/u],
    ['redis://h1,h2', /names several hosts; that is redis\+sentinel/u],
    ['redis://user@h', /a user without a password/u],
    ['redis://:pa/ss@h', /@ is written %40/u],
    ['redis://:pa%zz@h', /% itself is written %25/u],
    ['redis://h?tls=yes', /a setting after \? that is not known/u],
    ['unix://run/redis.sock', /three slashes/u],
    ['unix:///', /names no socket/u],
    ['redis+sentinel://s1:26379', /does not name the master/u],
    ['redis+cluster://n1/2', /names a database; a cluster has only 0/u],
  ])('refuses %s, and says why', (url, says) => {
    const parsed = parseRedisUrl(url);
    expect(parsed).toMatchObject({ ok: false, remedy: expect.stringContaining('redis://') });
    expect(parsed.ok ? '' : parsed.says).toMatch(says);
  });

  it('never repeats a password, however the URL is broken', () => {
    const secret = 'hunter2-9f3a';
    const piece = fc.constantFrom(
      'redis://',
      'rediss+sentinel://',
      'unix://',
      'x://',
      '@',
      ':',
      '/',
      '?',
      '#',
      ',',
      '%',
      ' ',
      'h',
      '1',
      'user',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.array(piece, { maxLength: 8 }), (before, after) => {
        const parsed = parseRedisUrl(`${before.join('')}:${secret}@${after.join('')}`);
        const told = parsed.ok ? describeRedisPlace(parsed.place) : `${parsed.says} ${parsed.remedy}`;
        // What stands where a path or a host belongs is no password.
        const isPath =
          parsed.ok && JSON.stringify({ ...parsed.place, password: '', username: '' }).includes(secret);
        return isPath || !told.includes(secret);
      }),
      { numRuns: 2_000 },
    );
  });
});
