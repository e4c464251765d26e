import type { Line, Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, type Frame, framesOf } from '../framed-output.js';
import { deniesPermission, unread } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';

export interface RabbitmqAlarms {
  /** RabbitMQ's command line is installed on this host. */
  readonly present: boolean;
  /** Its node answers. */
  readonly running: boolean;
  /** Resource alarms in force; each blocks every publisher. */
  readonly alarms: readonly Line[];
  /** The line that says whether it runs, or that there is no alarm. */
  readonly line: number;
}

// Both need the Erlang cookie, that is root or the user rabbitmq. Before 3.8 there is no rabbitmq-diagnostics. Neither may
// run without epmd, with which every running node is registered: it would start one, and leave it. The cookie's hash,
// which RabbitMQ prints beside a failure, is nobody's business.
const SNIPPET = `${FRAME_SHELL}
ask() { o=$("$@" 2>&1 </dev/null); status=$?; frame "$*" "$status" "$(printf '%s\\n' "$o" | sed '/cookie hash/d')"; }
if command -v rabbitmq-diagnostics >/dev/null 2>&1; then set -- rabbitmq-diagnostics -q alarms
elif command -v rabbitmqctl >/dev/null 2>&1; then set -- rabbitmqctl status
else frame absent 0 'neither rabbitmq-diagnostics nor rabbitmqctl is installed'; exit 0; fi
if grep -qsx epmd /proc/[0-9]*/comm; then ask "$@"
else frame down 0 'no epmd process: no RabbitMQ node runs on this host'; fi
`;

/** RabbitMQ's memory and disk alarms, asked of the node on this host. Takes seconds: it starts an Erlang machine. */
export const rabbitmqAlarms: ProbeKind<void, RabbitmqAlarms> = {
  kind: 'rabbitmq.alarms',
  command: () => ({
    id: 'rabbitmq.alarms',
    kind: 'rabbitmq.alarms',
    argv: ['sh', '-c', SNIPPET, 'goodgate'],
    timeoutMs: 8000,
    capBytes: 128 * 1024,
    privileged: true,
  }),
  parse: parseRabbitmqAlarms,
};

/**
 *     F 1 0 rabbitmq-diagnostics -q alarms
 *     Memory alarm on node rabbit@docs
 *
 * Without any: `Node rabbit@docs reported no alarms, local or clusterwide`. rabbitmqctl of 3.7 and older:
 *
 *      {alarms,[memory,disk]},
 */
export function parseRabbitmqAlarms(output: ProbeOutput): Parsed<RabbitmqAlarms> {
  const read = framesOf(output, 'rabbitmq-diagnostics');
  if (!read.ok) return read;
  const [frame] = read.frames;
  if (frame === undefined) return unread('unparseable', 'rabbitmq-diagnostics: no output');
  if (frame.name === 'absent')
    return { ok: true, facts: { present: false, running: false, alarms: [], line: frame.line + 1 } };
  if (frame.name === 'down')
    return { ok: true, facts: { present: true, running: false, alarms: [], line: frame.line + 1 } };
  const text = frame.lines.map((row) => row.text).join('\n');
  const first = frame.lines.find((row) => row.text.trim() !== '');
  const says = `${frame.name}: ${first?.text ?? 'no output'}`.replace(/[^ -~]/g, '?').slice(0, 300);
  if (frame.exitCode !== 0) return notAnswered(frame, text, says);
  const alarms = alarmLines(frame);
  const calm = frame.lines.find((row) => /reported no alarms|\{alarms,\[\]\}/.test(row.text));
  if (alarms.length === 0 && calm === undefined) return unread('unparseable', says);
  const line = alarms[0]?.line ?? calm?.line ?? frame.line;
  return { ok: true, facts: { present: true, running: true, alarms, line } };
}

function alarmLines(frame: Frame): Line[] {
  return frame.lines
    .filter(({ text }) =>
      /^\s*(?:memory|free disk space|file descriptor) alarm\b|\{alarms,\[[^\]]/i.test(text),
    )
    .map(({ text, line }) => ({ text: text.trim().slice(0, 300), line }));
}

/**
 * Why RabbitMQ's command line got no answer. Its preamble names every reason there is; only its diagnostics tell:
 *
 *       * epmd reports: node 'rabbit' not running at all
 *       * TCP connection succeeded but Erlang distribution failed                       (another cookie)
 *     Error: this command requires the 'rabbit' app to be running on the target node. …
 */
function notAnswered(frame: Frame, text: string, says: string): Parsed<RabbitmqAlarms> {
  const down = frame.lines.find((row) =>
    /not running at all|requires the 'rabbit' app to be running|: nodedown\b|can't establish TCP connection|unable to connect to epmd/i.test(
      row.text,
    ),
  );
  if (down !== undefined)
    return { ok: true, facts: { present: true, running: false, alarms: [], line: down.line } };
  const isDenied = /Erlang distribution failed|only root or rabbitmq|\.erlang\.cookie/i.test(text);
  return unread(isDenied || deniesPermission(text) ? 'permission-denied' : 'failed', says);
}
