import { type ReachAddress, reachProbe } from './reach.js';

/** Connects and closes: whether anything accepts connections there. */
export const tcpConnect = reachProbe<ReachAddress>('tcp.connect', { send: '' });
