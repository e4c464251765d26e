import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { packageRoot } from '../../src/cli/package-root.js';
import { type Asked, end } from './gateway.js';
import { parsedJson } from './json.js';
import type { LocalSlack } from './local-slack.js';
import { doAct, type PageSetup, pageAct } from './page-acts.js';
import { pageState } from './page-state.js';

/**
 * Serves the demo's page at `slack.pageUrl`. It can break things: it answers only this machine (the gateway looks at
 * Host), and takes acts only from itself.
 */
export function servePage(slack: LocalSlack, setup: PageSetup): void {
  const open = new Set<ServerResponse>();
  let telling: 'soon' | 'not yet' = 'not yet';
  function tell(): void {
    // Many changes within a moment are one.
    if (telling === 'soon') return;
    telling = 'soon';
    setTimeout(() => {
      telling = 'not yet';
      for (const response of open) response.write('data: changed\n\n');
    }, 40);
  }
  slack.onChange(tell);

  slack.gateway.route('', async (_asked, response) => sendFile(response, 'page.html'));
  slack.gateway.route('page', async (asked, response) => {
    const name = asked.url.pathname.slice('/page/'.length);
    if (!isFromPage(asked)) return end(response, 403, 'Only the page itself.');
    switch (name) {
      case 'state':
        return sendJson(response, await pageState(slack, setup, asked.url.searchParams));
      case 'events':
        response.writeHead(200, { ...SAFE, 'content-type': 'text/event-stream' }).write('data: hello\n\n');
        open.add(response);
        response.on('close', () => open.delete(response));
        return;
      case 'act':
        return act(asked, response);
      default:
        return sendFile(response, name);
    }
  });
  // Where a message's address leads: https://docs.slack.dev/reference/methods/chat.getPermalink
  slack.gateway.route('archives', async (asked, response) => {
    const [, , channel = '', message = ''] = asked.url.pathname.split('/');
    const ts = message.replace(/^p(\d+)(\d{6})$/u, '$1.$2');
    const to = `/#${encodeURIComponent(channel)}/${encodeURIComponent(asked.url.searchParams.get('thread_ts') ?? ts)}`;
    response.writeHead(302, { ...SAFE, location: to }).end();
  });

  async function act(asked: Asked, response: ServerResponse): Promise<void> {
    const read = pageAct.safeParse(parsedJson(asked.body.toString('utf8')));
    if (asked.method !== 'POST' || !read.success) return end(response, 400, 'Not understood.');
    const doing = doAct(slack, setup, read.data);
    // Breaking and mending take a while, and everybody sees that.
    tell();
    // A click on what another person's click has just taken away.
    sendJson(response, await doing.catch((error: unknown) => ({ error: 'failed', says: String(error) })));
    tell();
  }
}

const TYPES: Readonly<Record<string, string>> = {
  'page.html': 'text/html; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'main.js': 'text/javascript; charset=utf-8',
  'avatar.js': 'text/javascript; charset=utf-8',
  'blocks.js': 'text/javascript; charset=utf-8',
  'messages.js': 'text/javascript; charset=utf-8',
  'mrkdwn.js': 'text/javascript; charset=utf-8',
  'dialogs.js': 'text/javascript; charset=utf-8',
  'words.js': 'text/javascript; charset=utf-8',
};

const SAFE = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Browsers say where a request comes from; another site's page may not act here, nor read. */
function isFromPage({ method, headers, url }: Asked): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  return method === 'GET' || headers.origin === url.origin;
}

function sendFile(response: ServerResponse, name: string): void {
  const type = TYPES[name];
  if (type === undefined) {
    end(response, 404, 'Nothing is here.');
    return;
  }
  const content = readFileSync(join(packageRoot(), 'playground', 'slack', 'page', name));
  response.writeHead(200, { ...SAFE, 'content-type': type }).end(content);
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { ...SAFE, 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
