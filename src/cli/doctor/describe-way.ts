import type { SshTransport, Transport } from '../../domain/host.js';
import type { Texts } from '../../render/texts.js';

/** The way to a host in one line: `ops@10.0.4.11:2222 < bastion.example.com` */
export function describeWay(transport: Transport, words: Texts['doctor']): string {
  switch (transport.kind) {
    case 'local':
      return words.way.local;
    case 'ssh':
      return describeSsh(transport);
    case 'docker':
      return words.way.container(transport.container, describeWay(transport.over, words));
  }
}

function describeSsh({ address, port, user, jump }: SshTransport): string {
  const host = port === undefined ? address : `${address.includes(':') ? `[${address}]` : address}:${port}`;
  const named = user === undefined ? host : `${user}@${host}`;
  return jump === undefined ? named : `${named} < ${describeSsh(jump)}`;
}
