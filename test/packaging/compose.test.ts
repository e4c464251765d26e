import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = fileURLToPath(new URL('../../', import.meta.url));
const serviceShape = z.looseObject({
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  cap_add: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  privileged: z.boolean().optional(),
  user: z.string().optional(),
  image: z.string(),
  build: z.object({ context: z.string(), target: z.string() }).optional(),
  init: z.boolean().optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  secrets: z.array(z.string()).optional(),
  volumes: z
    .array(
      z.union([
        z.string(),
        z.object({ source: z.string(), target: z.string(), read_only: z.boolean() }).loose(),
      ]),
    )
    .optional(),
  networks: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  profiles: z.array(z.string()).optional(),
  restart: z.string().optional(),
  healthcheck: z.looseObject({}).optional(),
  stop_grace_period: z.string(),
});
const text = readFileSync(`${root}docker-compose.yml`, 'utf8');
const compose = z
  .looseObject({
    services: z.record(z.string(), serviceShape),
    secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
    networks: z.record(z.string(), z.looseObject({ internal: z.boolean().optional() })),
  })
  .parse(parse(text, { merge: true }));
const services = Object.entries(compose.services);
const lasting = services.filter(([, { profiles }]) => profiles === undefined);
const { bot, worker, redis, demo } = compose.services;

describe('docker-compose.yml', () => {
  it('has the bot, its workers and Redis, and the demo only for who asks for it', () => {
    expect(lasting.map(([name]) => name)).toEqual(['bot', 'worker', 'redis']);
    expect(demo?.profiles).toEqual(['demo']);
    expect([bot?.command, worker?.command]).toEqual([
      ['start', '--role', 'ingress'],
      ['start', '--role', 'worker'],
    ]);
  });

  it.each(services)('%s can change nothing of its image, and gains no right', (_, service) => {
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.cap_add).toBeUndefined();
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
    expect(service.privileged).toBeUndefined();
  });

  it.each(lasting)('%s is no root, comes back after a crash, and has time to end in order', (_, service) => {
    expect(service.user).toMatch(/^(?:\$\{GOODGATE_USER:-)?[1-9]\d*:[1-9]\d*\}?$/u);
    expect(service.restart).toBe('unless-stopped');
    expect(Number.parseInt(service.stop_grace_period, 10)).toBeGreaterThanOrEqual(30);
  });

  it('no secret stands in it: they are files, and only the bot has those of Slack', () => {
    expect(text).not.toMatch(/xox[abp]-\w|xapp-\w|:\/\/[^/\s]*:[^/\s]*@/u);
    for (const [name, { environment = {} }] of services) {
      const secret = Object.keys(environment).filter((key) => /TOKEN|SECRET|PASSWORD/u.test(key));
      expect(secret.filter((key) => !key.endsWith('_FILE'))).toEqual([]);
      expect(secret.length > 0).toBe(name === 'bot');
      for (const key of secret) expect(environment[key]).toMatch(/^\/run\/secrets\//u);
    }
    expect(bot?.secrets).toEqual(Object.keys(compose.secrets));
    expect(services.filter(([, { secrets }]) => secrets !== undefined)).toHaveLength(1);
  });

  it('keys and configuration are mounted read-only', () => {
    const mounts = services.flatMap(([, { volumes = [] }]) => volumes);
    const binds = mounts.filter((volume) => typeof volume !== 'string');
    expect(binds.map(({ source }) => source)).toEqual(['./goodgate.yaml', './goodgate.yaml', './ssh']);
    expect(binds.every((volume) => volume.read_only)).toBe(true);
    expect(mounts.filter((volume) => typeof volume === 'string')).toEqual(['redis-data:/data']);
  });

  it('only the bot and the workers reach Redis, which keeps what it is told', () => {
    expect(compose.networks['state']).toEqual({ internal: true });
    expect(redis?.networks).toEqual(['state']);
    expect(redis?.ports).toBeUndefined();
    const words = redis?.command?.join(' ');
    expect(words).toContain('--appendonly yes');
    expect(words).toContain('--maxmemory-policy noeviction');
    expect(redis?.healthcheck).toBeDefined();
  });

  it('what is published is published on this machine alone', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('its images are stages of the Dockerfile', () => {
    const stages = [...readFileSync(`${root}Dockerfile`, 'utf8').matchAll(/^FROM \S+ AS (\S+)$/gmu)];
    const targets = services.flatMap(([, { build }]) => (build === undefined ? [] : [build.target]));
    expect(new Set(targets)).toEqual(new Set(['service', 'demo']));
    expect(stages.map(([, name]) => name)).toEqual(expect.arrayContaining(targets));
  });
});
