/** What is answered over HTTP: is it alive, does it work, and Slack's requests where Slack comes over HTTP. */
import type { RequestListener } from 'node:http';
import basicAuth from '@fastify/basic-auth';
import fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import { isSame } from './is-same.js';

export interface WebServerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly readiness: () => Promise<Readiness>;
  readonly slack?: { readonly path: string; readonly listener: RequestListener };
  /** The queue, for operators who know the password. */
  readonly queues?: { readonly path: string; readonly password: string; readonly board: FastifyPluginAsync };
}

export interface Readiness {
  readonly ready: boolean;
  /** What works and what does not, by name, in plain words. */
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly says: string }>>;
}

export interface WebServer {
  readonly address: { readonly host: string; readonly port: number };
  close(): Promise<void>;
}

export const QUEUES_USER = 'operator';

const QUEUES_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "frame-ancestors 'none'; form-action 'self'; base-uri 'self'";

/** Rejects where the address is taken or not ours, with Node's own code. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const app = fastify({ logger: false, bodyLimit: 65_536, requestTimeout: 30_000, trustProxy: false });
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
    reply.header('cache-control', 'no-store');
  });
  app.get('/healthz', async () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const { ready, checks } = await options.readiness();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', checks });
  });
  if (options.slack !== undefined) await app.register(slackRoute(options.slack));
  if (options.queues !== undefined) await app.register(queuesRoute(options.queues));
  await app.listen({ host: options.listen.host, port: options.listen.port });
  return { address: addressOf(app, options.listen.host), close: () => app.close() };
}

/** Bolt reads the body itself, since the signature is over its bytes. */
function slackRoute({ path, listener }: NonNullable<WebServerOptions['slack']>): FastifyPluginAsync {
  return async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.post(path, (request, reply) => {
      reply.hijack();
      listener(request.raw, reply.raw);
    });
  };
}

function queuesRoute({ path, password, board }: NonNullable<WebServerOptions['queues']>): FastifyPluginAsync {
  return async (scope) => {
    await scope.register(basicAuth, {
      authenticate: { realm: 'goodgate queues' },
      validate: async (user, given) => {
        const right = isSame(given, password);
        if (user !== QUEUES_USER || !right) throw new Error('wrong user or password');
      },
    });
    scope.addHook('onRequest', scope.basicAuth);
    scope.addHook('onSend', async (_request, reply) => {
      // The page would fetch its fonts from elsewhere: whoever looks at a queue tells nobody.
      reply.header('content-security-policy', QUEUES_POLICY);
    });
    await scope.register(board, { prefix: path });
  };
}

function addressOf(app: FastifyInstance, host: string): WebServer['address'] {
  const address = app.server.address();
  return { host, port: typeof address === 'object' && address !== null ? address.port : 0 };
}
