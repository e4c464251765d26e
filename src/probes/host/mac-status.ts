import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, frameNamed, framesOf, frameText } from '../framed-output.js';
import { deniesPermission, unread, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { denialOf, type SecurityDenial } from './kernel-log.js';

export interface MacStatusFacts {
  readonly selinux: 'enforcing' | 'permissive' | 'disabled' | 'absent';
  readonly appArmor: 'enabled' | 'disabled' | 'absent';
  /** SELinux's boolean httpd_can_network_connect; absent where it cannot be asked. */
  readonly httpdCanNetworkConnect?: boolean | undefined;
  readonly booleanLine?: number | undefined;
  /** Denials of about the last ten minutes, by ausearch. */
  readonly recentDenials: readonly SecurityDenial[];
  /** False where the audit log was not readable, or there is no ausearch: no denial then proves nothing. */
  readonly denialsVisible: boolean;
}

const SNIPPET = `${FRAME_SHELL}say cat /sys/fs/selinux/enforce
[ -d /sys/fs/selinux ] && command -v getenforce >/dev/null 2>&1 && say getenforce
say cat /sys/module/apparmor/parameters/enabled
[ -e /sys/fs/selinux/enforce ] || exit 0
say getsebool httpd_can_network_connect
say ausearch -m avc -ts recent
`;

/** Whether SELinux or AppArmor is in force, and what it refused lately. */
export const macStatus: ProbeKind<void, MacStatusFacts> = {
  kind: 'mac.status',
  command: () => ({
    id: 'mac.status',
    kind: 'mac.status',
    argv: ['sh', '-c', SNIPPET, 'goodgate'],
    timeoutMs: 5000,
    capBytes: 512 * 1024,
    privileged: true,
  }),
  parse: parseMacStatus,
};

/** Sample frames: `1`, `Enforcing`, `Y`, `httpd_can_network_connect --> off`, `type=AVC msg=audit(…): avc:  denied  { … } …` */
export function parseMacStatus(output: ProbeOutput): Parsed<MacStatusFacts> {
  const read = framesOf(output, 'SELinux and AppArmor');
  if (!read.ok) return read;
  const enforce = frameNamed(read.frames, 'cat /sys/fs/selinux/enforce');
  if (enforce === undefined) return unread('unparseable', 'SELinux and AppArmor: not what the probe writes');
  const mode = frameText(frameNamed(read.frames, 'getenforce')).trim().toLowerCase();
  const armor = frameNamed(read.frames, 'cat /sys/module/apparmor');
  const armorFrame = armor ?? read.frames.find(({ name }) => name.includes('/sys/module/apparmor'));
  const ask = frameNamed(read.frames, 'getsebool');
  const answer = /--> (on|off)\b/.exec(frameText(ask))?.[1];
  const search = frameNamed(read.frames, 'ausearch');
  const says = frameText(search);
  // ausearch exits 1 with "<no matches>" when nothing was refused.
  const isAnswered = search !== undefined && (search.exitCode === 0 || says.includes('<no matches>'));
  const recentDenials = (search?.lines ?? [])
    .filter(({ text }) => /avc: {1,2}denied/.test(text))
    .map(denialOf);
  return {
    ok: true,
    facts: withoutUndefined<MacStatusFacts>({
      selinux: selinuxOf(enforce.exitCode === 0 ? frameText(enforce).trim() : '', mode),
      appArmor:
        armorFrame?.exitCode === 0
          ? frameText(armorFrame).trim() === 'Y'
            ? 'enabled'
            : 'disabled'
          : 'absent',
      httpdCanNetworkConnect: answer === undefined ? undefined : answer === 'on',
      booleanLine: answer === undefined ? undefined : ask?.lines[0]?.line,
      recentDenials,
      denialsVisible: isAnswered && !deniesPermission(says),
    }),
  };
}

function selinuxOf(enforce: string, mode: string): MacStatusFacts['selinux'] {
  if (enforce === '1' || mode === 'enforcing') return 'enforcing';
  if (enforce === '0' || mode === 'permissive') return 'permissive';
  return mode === 'disabled' ? 'disabled' : 'absent';
}
