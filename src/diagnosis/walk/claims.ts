/** What a service says of itself: the ports and sockets that it means to have. */
import type { EvidenceStore } from '../looked.js';
import { currentSignals } from '../scene/current-signals.js';
import type { Claims } from './match-backend.js';
import type { ServiceReading } from './service-reading.js';
import { wordsOf } from './service-words.js';
import { socketPorts } from './socket-units.js';

export type { Claims };

export function claimsOf(store: EvidenceStore, service: ServiceReading): Claims {
  const words = wordsOf(store, service);
  // A conflict that is over says nothing of who is meant now.
  const inUse = currentSignals(service, words).filter((word) => word.kind === 'address-in-use');
  const listening = words.signals.filter((word) => word.kind === 'listening');
  // A program that was moved says so by its latest word.
  const latest = Math.min(...listening.map((word) => word.secondsAgo ?? Number.POSITIVE_INFINITY));
  const opened = listening.filter((word) => (word.secondsAgo ?? Number.POSITIVE_INFINITY) <= latest + 5);
  const sockets = [
    ...words.listens.map((one) => one.path),
    ...opened.map((word) => word.path),
    ...commandSockets(service),
    ...(service.socketUnit?.listens ?? []).filter((place) => place.startsWith('/')),
  ];
  const ports = numbers([
    ...commandPorts(service),
    ...opened.map((word) => word.port),
    ...(service.publishedPorts ?? []),
    ...socketPorts(service.socketUnit?.listens ?? []),
  ]);
  // Python and others name no port: then it is one of those that are its own.
  const unnamed = inUse.some(({ port }) => port === undefined || port === 0) ? ports : [];
  return {
    ports,
    configured: numbers([...words.listens.map((one) => one.port), ...(service.exposedPorts ?? [])]),
    sockets: sockets.filter((path) => path !== undefined),
    former: numbers(listening.map((word) => word.port)),
    wanted: numbers([...inUse.map((word) => word.port), ...unnamed]),
  };
}

function numbers(ports: readonly (number | undefined)[]): number[] {
  return [...new Set(ports.filter((port) => port !== undefined && port > 0))].filter(
    (port) => port !== undefined,
  );
}

/** `--port 8000`, `-b 127.0.0.1:8000`, `PORT=8000`: numbers of a command line that can be ports. */
function commandPorts(service: ServiceReading): number[] {
  const text = `${service.command ?? ''} ${Object.entries(service.config.environment)
    .filter(([name]) => /PORT|BIND|LISTEN|ADDR/.test(name))
    .map(([, value]) => value)
    .join(' ')}`;
  return [...text.matchAll(/(?:^|[\s=:"'])(\d{2,5})(?=$|[\s"';,/])/g)]
    .map((match) => Number(match[1]))
    .filter((port) => port >= 80 && port < 65_536);
}

function commandSockets(service: ServiceReading): string[] {
  return [...(service.command ?? '').matchAll(/(?:unix:(?:\/\/)?)?(\/[\w./@-]+\.(?:sock|socket))\b/g)].map(
    (match) => match[1] ?? '',
  );
}
