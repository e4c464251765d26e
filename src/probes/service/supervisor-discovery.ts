/** How running supervisords and their configuration files are found; shared by the probes that ask supervisor. */
import { FRAME_SHELL, type Frame, frameText } from '../framed-output.js';
import { firstLine, wholeNumber, withoutUndefined } from '../output-reading.js';
import { TRUST_SHELL } from '../trust-shell.js';

/**
 * Calls `each PID FILE` for every supervisord's configuration, after a frame `instance PID` that holds the file's path
 * (PID is 0 where a default file exists and no supervisord runs on it). A supervisord in another mount namespace that sees
 * another file there (a container's; not one that systemd gave a /tmp of its own) gets a frame `elsewhere PID` only: its
 * paths are not this host's. The search for a file that was not
 * named is supervisord's own (supervisord.org/configuration.html, "Configuration File").
 */
export const SUPERVISOR_DISCOVERY_SHELL = `${FRAME_SHELL}${TRUST_SHELL}
frame installed 0 "$(command -v supervisord) $(command -v supervisorctl)"
named_conf() {
  IFS='
'; set -f; set -- $({ tr '\\000' '\\n' <"/proc/$1/cmdline"; } 2>/dev/null); set +f; IFS=' 	
'
  seen=
  for word in "$1" "$2" "$3"; do case \${word##*/} in supervisord) seen=1 ;; esac; done
  [ -n "$seen" ] || return 1
  case \${1##*/} in sh|bash|dash|busybox|grep|timeout|sudo|su) return 1 ;; esac
  while [ $# -gt 0 ]; do
    case $1 in
      -c|-nc|--configuration) printf '%s' "$2"; return 0 ;;
      --configuration=*) printf '%s' "\${1#*=}"; return 0 ;;
      -c?*) printf '%s' "\${1#-c}"; return 0 ;;
    esac
    shift
  done
  return 0
}
instances() {
  given=$1
  mine=$(readlink "/proc/$$/ns/mnt" 2>/dev/null); used=:
  for file in $(grep -s -l -a supervisord /proc/[0-9]*/cmdline); do
    pid=\${file%/cmdline}; pid=\${pid#/proc/}
    conf=$(named_conf "$pid") || continue
    theirs=$(readlink "/proc/$pid/ns/mnt" 2>/dev/null)
    cwd=$(readlink "/proc/$pid/cwd" 2>/dev/null)
    case $conf in
      /*) ;;
      '') for guess in "$cwd/supervisord.conf" "$cwd/etc/supervisord.conf" /etc/supervisord.conf \\
            /etc/supervisor/supervisord.conf; do
            if [ -f "$guess" ]; then conf=$guess; break; fi
          done ;;
      *) conf=$cwd/$conf ;;
    esac
    [ -n "$conf" ] || continue
    if [ -n "$theirs" ] && [ "$theirs" != "$mine" ] &&
      [ "$(stat -L -c %d:%i "/proc/$pid/root$conf" 2>/dev/null)" != "$(stat -L -c %d:%i "$conf" 2>/dev/null)" ]; then
      frame "elsewhere $pid" 0 "$conf"; continue
    fi
    used=$used$conf:
    frame "instance $pid" 0 "$conf"
    each "$pid" "$conf"
  done
  for conf in "$given" /etc/supervisor/supervisord.conf /etc/supervisord.conf; do
    case $used in *:"$conf":*) continue ;; esac
    [ -f "$conf" ] || continue
    frame 'instance 0' 0 "$conf"
    each 0 "$conf"
  done
}
`;

export interface SupervisorInstanceFrames {
  readonly configFile: string;
  readonly supervisordPid?: number | undefined;
  /** What `each` wrote for it. */
  readonly frames: readonly Frame[];
  readonly line: number;
}

export interface SupervisorElsewhere {
  readonly pid: number;
  readonly configFile?: string | undefined;
  readonly line: number;
}

export interface SupervisorDiscovery {
  readonly installed: boolean;
  readonly instances: readonly SupervisorInstanceFrames[];
  /** Supervisords inside containers, as this host sees them. */
  readonly elsewhere: readonly SupervisorElsewhere[];
}

/** Groups the frames by instance; undefined where the snippet's first frame is not there. */
export function supervisorsFound(frames: readonly Frame[]): SupervisorDiscovery | undefined {
  if (frames[0]?.name !== 'installed') return undefined;
  const instances: {
    configFile: string;
    supervisordPid?: number | undefined;
    frames: Frame[];
    line: number;
  }[] = [];
  const elsewhere: SupervisorElsewhere[] = [];
  for (const frame of frames.slice(1)) {
    const [word = '', id] = frame.name.split(' ');
    const pid = wholeNumber(id);
    const configFile = firstLine(frameText(frame));
    if (word === 'elsewhere' && pid !== undefined) {
      const named = configFile === '' ? undefined : configFile;
      elsewhere.push(withoutUndefined({ pid, configFile: named, line: frame.line }));
    } else if (word === 'instance' && pid !== undefined) {
      const supervisordPid = pid === 0 ? undefined : pid;
      instances.push(withoutUndefined({ configFile, supervisordPid, frames: [], line: frame.line + 1 }));
    } else {
      instances.at(-1)?.frames.push(frame);
    }
  }
  const installed =
    frameText(frames[0]).trim() !== '' || instances.some((one) => one.supervisordPid !== undefined);
  return { installed, instances, elsewhere };
}
