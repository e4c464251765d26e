import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseOptions } from '../../playground/demo/options.js';

const compose = z
  .looseObject({
    services: z.looseObject({
      demo: z.looseObject({ command: z.array(z.string()), ports: z.tuple([z.string()]) }),
    }),
  })
  .parse(parse(readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8'), { merge: true }));
const { command, ports } = compose.services.demo;

it('the demo of the compose file listens at the port that is published, under its own name', () => {
  const asked = parseOptions(command, {});
  expect(asked).toMatchObject({ kind: 'run', options: { listen: '0.0.0.0', once: false, terminal: false } });
  const port = asked.kind === 'run' ? asked.options.port : undefined;
  // Another port outside would be another name, to which the page does not answer.
  expect(ports).toEqual([`127.0.0.1:${port}:${port}`]);
});

it('the demo listens at no address that is none', () => {
  expect(parseOptions(['--listen', 'everywhere'], {})).toMatchObject({ kind: 'end', code: 2 });
});
