import { describe, expect, it } from 'vitest';
import { containerAt, hostOf, placeIn } from '../../src/domain/place.js';
import { enteredBy, withinContainer } from '../../src/domain/within-container.js';

const look = {
  id: 'dns.config',
  kind: 'dns.config',
  argv: ['cat', '/etc/hosts'],
  timeoutMs: 3000,
  capBytes: 10,
};

describe('a place', () => {
  it('is a container on its host, and no other host whose name begins alike', () => {
    expect(containerAt(placeIn('docs-1', 'web'), 'docs-1')).toBe('web');
    expect(containerAt('docs-1/web', 'docs')).toBeUndefined();
    expect(containerAt('docs-1', 'docs-1')).toBeUndefined();
    expect(hostOf('docs-1/web', ['docs-1', 'web-1'])).toEqual({ host: 'docs-1', container: 'web' });
    expect(hostOf('docs-1', ['docs-1'])).toEqual({ host: 'docs-1' });
  });
});

describe('a look into a container', () => {
  it('travels as arguments behind a constant text, under an id of its own', () => {
    const inside = withinContainer(look, 'web');
    expect(inside.argv.slice(3)).toEqual(['goodgate', 'web', 'cat', '/etc/hosts']);
    expect(inside.argv[2]).not.toContain('web');
    expect(inside.id).not.toBe(look.id);
    expect(enteredBy(inside.argv)).toEqual({ container: 'web', argv: look.argv });
  });

  it('is told from a look at the host', () => {
    expect(enteredBy(look.argv)).toBeUndefined();
    expect(enteredBy(['sh', '-c', 'true', 'goodgate', 'web', 'cat'])).toBeUndefined();
  });
});
