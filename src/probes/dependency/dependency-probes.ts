/** The probe kinds that look at what a backend needs: databases, queues, caches and the TLS of its peers. */
import { tlsHandshake } from '../tls/tls-handshake.js';
import { amqpGreeting } from './amqp-greeting.js';
import { mysqlGreeting } from './mysql-greeting.js';
import { postgresActivity } from './postgres-activity.js';
import { postgresReady } from './postgres-ready.js';
import { rabbitmqAlarms } from './rabbitmq-alarms.js';
import { redisPing } from './redis-ping.js';
import { tcpConnect } from './tcp-connect.js';

export const dependencyProbes = [
  tcpConnect,
  redisPing,
  amqpGreeting,
  postgresReady,
  mysqlGreeting,
  rabbitmqAlarms,
  postgresActivity,
  tlsHandshake,
] as const;
