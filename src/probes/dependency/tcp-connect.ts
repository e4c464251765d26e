import { type ReachTarget, reachProbe } from './reach.js';

/** Connects and closes: whether anything accepts connections there. */
export const tcpConnect = reachProbe<ReachTarget>('tcp.connect', { send: '' });
