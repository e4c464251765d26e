/** A stand-in for OnlyOffice's example: a caller that asks docservice for its version, with a token of its own secret. */
import { request } from 'node:http';
import { numberAt, readLayeredSettings, textAt } from './layered-json.js';
import { documentServerLine } from './log-line.js';
import { signToken } from './token.js';

const settings = readLayeredSettings(process.env['NODE_CONFIG_DIR'] ?? '.');
const everyMs = numberAt(settings, 'server.pollMs', 3000);

function askVersion(): void {
  const token = signToken({ payload: { c: 'version' } }, textAt(settings, 'server.token.secret'));
  const url = new URL('coauthoring/CommandService.ashx', textAt(settings, 'server.siteUrl'));
  const call = request(url, { method: 'POST', headers: { Authorization: `Bearer ${token}` } }, (response) => {
    response.resume();
    if (response.statusCode !== 200) {
      process.stdout.write(documentServerLine('ERROR', `CommandService answered ${response.statusCode}`));
    }
  });
  call.on('error', (error) =>
    process.stdout.write(documentServerLine('ERROR', `CommandService ${error.message}`)),
  );
  call.end('{"c":"version"}');
}

process.on('SIGTERM', () => process.exit(0));
setInterval(askVersion, everyMs);
