import type { SystemdUnit } from '../../probes/service/systemd-units.js';

/** The systemd unit that keeps the supervisord of this configuration. A masked one tells no more than its name. */
export function supervisorUnit(units: readonly SystemdUnit[], configFile: string): SystemdUnit | undefined {
  const keepers = units.filter(
    ({ name, execStart, load }) =>
      load !== 'not-found' &&
      (/^supervisord?\.service$/.test(name) || /\bsupervisord\b/.test(execStart[0] ?? '')),
  );
  return (
    keepers.find(({ execStart }) => execStart[0]?.split(' ').includes(configFile)) ??
    keepers.find(({ execStart }) => !/ -c ?\//.test(execStart[0] ?? ''))
  );
}
