/** A stand-in for OnlyOffice's converter: it waits for work, and says so now and then. */
import { readLayeredSettings } from './layered-json.js';
import { documentServerLine } from './log-line.js';

readLayeredSettings(process.env['NODE_CONFIG_DIR'] ?? '.');
process.stdout.write(documentServerLine('INFO', 'Started 1 worker'));
process.on('SIGTERM', () => process.exit(0));
setInterval(() => undefined, 60_000);
