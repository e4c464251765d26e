import { execFile } from 'node:child_process';
import type { World } from '../world/world.js';

/** What somebody sees who asks the service: status line and the page in one line, or curl's complaint. */
export interface ClientView {
  readonly command: string;
  readonly lines: readonly string[];
}

/** Asks as anybody would, with curl, from the world's folder so that the world knows it as its own. */
export function askAsClient(world: World): Promise<ClientView> {
  const argv = ['-sS', '-i', '--max-time', '15', '--noproxy', '*', world.url];
  return new Promise((resolve) => {
    execFile('curl', argv, { cwd: world.folder }, (_error, stdout, stderr) => {
      const lines = stdout === '' ? [stderr.trim()] : readAnswer(stdout);
      resolve({ command: `curl -i ${world.url}`, lines });
    });
  });
}

// HTTP/1.1 502 Bad Gateway
// Server: nginx
//
// <html>…<center><h1>502 Bad Gateway</h1></center>…
function readAnswer(text: string): readonly string[] {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const body = rest
    .join(' ')
    .replace(/<title>[^<]{0,200}<\/title>/u, '')
    .replace(/<[^>]{0,200}>/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  return [head.split('\r\n')[0] ?? '', ...(body === '' ? [] : [body.slice(0, 90)])];
}
