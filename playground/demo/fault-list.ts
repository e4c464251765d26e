import type { Ink } from '../../src/render/ink.js';
import { padded, wrapped } from '../../src/render/ink.js';
import { backendProcessFaults } from '../faults/backend-process.js';
import { dependencyFaults } from '../faults/dependency.js';
import { libraryFaults } from '../faults/library.js';
import { linkFaults } from '../faults/link.js';
import { proxyConfigFaults } from '../faults/proxy-config.js';
import { proxyProcessFaults } from '../faults/proxy-process.js';
import type { Fault } from '../faults/registry.js';
import { resourceFaults } from '../faults/resource.js';
import { tlsFaults } from '../faults/tls.js';
import { layouts } from '../world/world.js';
import { ownMachine } from './choose-fault.js';
import type { Words } from './words.js';

/** Everything that can be broken, in groups along the way of a request: name, what happens, cause, layouts. */
export function renderFaultList(faults: readonly Fault[], ink: Ink, words: Words): string {
  const left = new Set(faults);
  const groups = grouped(words).map(([title, members]) => {
    const here = members.filter((fault) => left.delete(fault));
    return renderGroup(title, here, ink, words);
  });
  return [...groups, renderGroup(words.groups.other, [...left], ink, words)]
    .filter((text) => text !== '')
    .join('\n');
}

function grouped({ groups }: Words): readonly (readonly [string, readonly Fault[]])[] {
  return [
    [groups.proxy, proxyProcessFaults],
    [groups.proxyConfig, proxyConfigFaults],
    [groups.tls, tlsFaults],
    [groups.link, linkFaults],
    [groups.backend, [...backendProcessFaults, ...libraryFaults]],
    [groups.resource, resourceFaults],
    [groups.dependency, dependencyFaults],
  ];
}

function renderGroup(title: string, faults: readonly Fault[], ink: Ink, words: Words): string {
  if (faults.length === 0) return '';
  const { paint } = ink;
  const lines = faults.flatMap((fault) => {
    const needs = [
      ...(needsRoot(fault) ? [words.needsRoot] : []),
      ...(fault.needs ?? []).filter((need) => need !== 'nft').map((need) => words.needs(need)),
    ];
    const causes = [fault.cause, ...(fault.alsoCauses ?? [])].join(' + ');
    const facts = [words.cause(causes), whereOf(fault, words), ...needs].join(' · ');
    return [
      ...wrapped(fault.title[words.lang], ink, `  ${paint.bold(padded(fault.name, 27))} `),
      ...wrapped(facts, ink, ' '.repeat(30)).map((line) => paint.dim(line)),
    ];
  });
  return `${paint.bold(paint.cyan(title))}\n${lines.join('\n')}\n`;
}

function whereOf(fault: Fault, words: Words): string {
  const all = layouts.every((layout) => fault.layouts.includes(layout));
  return all ? words.everyLayout : fault.layouts.join(', ');
}

function needsRoot(fault: Fault): boolean {
  return fault.needsRoot === true || fault.layouts.every((layout) => ownMachine.has(layout));
}
