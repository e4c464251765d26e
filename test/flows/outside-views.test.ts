import { describe, expect, it } from 'vitest';
import { evidenceStore } from '../../src/diagnosis/looked.js';
import type { WalkTarget } from '../../src/diagnosis/walk/walk.js';
import { redirectOf } from '../../src/flows/ask-outside.js';
import { startOutsideViews } from '../../src/flows/outside-views.js';
import type { OutsideRequester } from '../../src/ports-outside.js';
import { httpRequest } from '../../src/probes/http/http-request.js';
import type { HttpRequestParams } from '../../src/probes/http/request-params.js';

const clock = { now: () => new Date('2026-11-25T03:00:00Z') };
const FRONT = 'http://docs.example.com/';

/** What a server answers, by scheme and path; anything else is refused. */
function serving(answers: Readonly<Record<string, string>>): OutsideRequester & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    request: async ({ scheme, host, uri }: HttpRequestParams) => {
      const url = `${scheme}://${host}${uri}`;
      asked.push(url);
      const answer = answers[url];
      const lines =
        answer === undefined
          ? [
              'via: goodgate',
              'goodgate: connect: Connection refused',
              'timing: connect=0 total=0.001 remote=',
              'raw:',
            ]
          : [
              'via: goodgate',
              'timing: connect=0.001000 total=0.002000 remote=192.0.2.1',
              'raw:',
              ...answer.split('\n').map((line) => `| ${line}\r`),
            ];
      const output = { exitCode: 0, stdout: lines.join('\n'), stderr: '', truncated: false, timedOut: false };
      return { output, durationMs: 2 };
    },
  };
}

function target(variables: Readonly<Record<string, string>> = {}): WalkTarget {
  return { name: 'docs', url: FRONT, variables, hosts: [], trace: 'abc' };
}

async function followed(outside: OutsideRequester, variables: Readonly<Record<string, string>> = {}) {
  const views = startOutsideViews(FRONT, 'abc', { outside, clock });
  const { url, outsideId } = await views.follow(evidenceStore([]), target(variables));
  const all = await views.all();
  const shown = all.find((one) => one.id === outsideId);
  const parsed = shown?.output && httpRequest.parse(shown.output);
  return { url, status: parsed?.ok ? parsed.facts.status : undefined, ids: all.map((one) => one.id) };
}

const redirect = (to: string): string => `HTTP/1.1 302 Found\nLocation: ${to}\n`;
const bad = 'HTTP/1.1 502 Bad Gateway\nServer: nginx\n';
const good = 'HTTP/1.1 200 OK\nServer: nginx\n';

describe('the view from outside', () => {
  it('follows redirects on the same host to where the client meets the failure', async () => {
    const outside = serving({
      [FRONT]: redirect('https://docs.example.com/'),
      'https://docs.example.com/': redirect('/app/'),
      'https://docs.example.com/app/': bad,
    });
    expect(await followed(outside)).toEqual({
      url: 'https://docs.example.com/app/',
      status: 502,
      ids: ['http.request:outside', 'http.request:outside 2', 'http.request:outside 3'],
    });
  });

  it('does not follow a redirect to another host, and ends a circle', async () => {
    const away = serving({ [FRONT]: redirect('https://login.example.net/?to=docs') });
    expect(await followed(away)).toMatchObject({ url: FRONT, status: 302 });
    const circle = serving({
      [FRONT]: redirect('/a'),
      'http://docs.example.com/a': redirect('/b'),
      'http://docs.example.com/b': redirect('/a'),
    });
    await followed(circle);
    expect(circle.asked).toHaveLength(3);
  });

  it('asks for the health check where only the front page is named and it answers', async () => {
    const outside = serving({ [FRONT]: good, 'http://docs.example.com/healthcheck': bad });
    expect(await followed(outside, { healthPath: '/healthcheck' })).toMatchObject({
      url: 'http://docs.example.com/healthcheck',
      status: 502,
    });
  });

  it('asks for no health check where the target says what a good answer of its URL is', async () => {
    const outside = serving({ [FRONT]: good, 'http://docs.example.com/healthcheck': good });
    const variables = { healthPath: '/healthcheck', expectBody: 'Welcome' };
    expect(await followed(outside, variables)).toMatchObject({ url: FRONT });
  });

  it('stays with the address that answered first', async () => {
    const addresses: string[] = [];
    const outside = serving({ [FRONT]: redirect('/a'), 'http://docs.example.com/a': good });
    const watched: OutsideRequester = {
      request: async (params) => {
        addresses.push('address' in params.connect ? params.connect.address : '');
        return outside.request(params);
      },
    };
    await followed(watched);
    expect(addresses).toEqual(['docs.example.com', '192.0.2.1']);
  });

  it('stays with a front page that fails by itself', async () => {
    const outside = serving({ [FRONT]: bad, 'http://docs.example.com/healthcheck': good });
    expect(await followed(outside, { healthPath: '/healthcheck' })).toMatchObject({
      url: FRONT,
      status: 502,
    });
    expect(outside.asked).toEqual([FRONT]);
  });

  it.each(['//other.example.net/', 'http://other.example.net/', 'healthcheck'])(
    'takes no health path that leads to another host: %s',
    async (healthPath) => {
      const outside = serving({ [FRONT]: good });
      expect(await followed(outside, { healthPath })).toMatchObject({ url: FRONT, status: 200 });
    },
  );
});

describe('where a redirect leads', () => {
  const led = (location: string, status = 301) => {
    const facts = { status, location };
    return redirectOf({ url: 'http://docs.example.com/a/b', facts } as Parameters<typeof redirectOf>[0]);
  };

  it('is read as a browser reads it, without a password or a fragment', () => {
    expect(led('../c?d=1')).toBe('http://docs.example.com/c?d=1');
    expect(led('https://user:word@docs.example.com/x#top')).toBe('https://docs.example.com/x');
  });

  it('is nowhere for what is no redirect, no address, or not HTTP', () => {
    expect(led('/c', 200)).toBeUndefined();
    expect(led('http://[broken')).toBeUndefined();
    expect(led('ftp://docs.example.com/')).toBeUndefined();
    expect(led('http://docs.example.com:9200/_cat')).toBeUndefined();
  });
});
