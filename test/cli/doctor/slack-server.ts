import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly body: object;
  readonly scopes?: string;
  readonly status?: number;
}

export interface SlackServer {
  /** As SLACK_API_URL has it. */
  readonly apiUrl: string;
  /** By path; may be changed. */
  readonly answers: Record<string, Answer>;
  /** Paths with the tokens that came with them. */
  readonly asked: string[];
  /** From now on requests get no answer. */
  fallSilent(): void;
  close(): Promise<void>;
}

/** A small server in the shape of Slack's Web API: the two methods that the doctor asks. */
export async function startSlackServer(): Promise<SlackServer> {
  const answers: Record<string, Answer> = {
    '/api/auth.test': {
      body: { ok: true, team: 'Example', user: 'goodgate', team_id: 'T1', user_id: 'U1', bot_id: 'B1' },
      scopes:
        'commands,app_mentions:read,chat:write,chat:write.public,files:write,users:read,channels:history,groups:history,im:write,im:history',
    },
    '/api/apps.connections.open': { body: { ok: true, url: 'wss://wss.example.com/link?ticket=1' } },
  };
  const asked: string[] = [];
  const unknown: Answer = { body: { ok: false, error: 'unknown_method' } };
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization}`);
    const { body, scopes, status = 200 } = answers[request.url ?? ''] ?? unknown;
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(scopes === undefined ? {} : { 'x-oauth-scopes': scopes }),
    });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    answers,
    asked,
    fallSilent: () => server.removeAllListeners('request'),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
