import { supervisorConfig } from '../../probes/service/supervisor-config.js';
import { supervisorStatus } from '../../probes/service/supervisor-status.js';
import { systemdUnits } from '../../probes/service/systemd-units.js';
import type { EvidenceStore } from '../looked.js';
import type { Fact } from '../scene-types.js';
import { supervisorUnit } from '../walk/supervisor-unit.js';
import { unitLife } from '../walk/unit-life.js';

/** A masked unit tells no more than its name. */
function unitOf(store: EvidenceStore, host: string, configFile: string): Partial<Fact<'Supervisor'>> {
  const look = store.look(systemdUnits, host, undefined);
  if (!look) return {};
  const unit = supervisorUnit(look.facts.units, configFile);
  if (!unit) return { unit: '' };
  const masked = unit.load === 'masked';
  return {
    unit: unit.name,
    unitState: `${unit.active} (${masked ? 'masked' : unit.sub})`,
    unitMasked: masked,
    unitEnabled: !/^(?:disabled|masked)/.test(unit.unitFileState),
    unitCite: [
      ...(unit.active === 'failed'
        ? unitLife(store, host, unit, look.facts.managerStartedAt).lastWordsCite
        : []),
      ...['ActiveState', masked ? 'LoadState' : 'UnitFileState'].flatMap((name) =>
        look.cite(unit.lines[name] ?? unit.line),
      ),
    ],
  };
}

/** Each supervisord that runs, or that a configuration on disk is there for. */
export function supervisorsOf(store: EvidenceStore, hosts: readonly string[]): Fact<'Supervisor'>[] {
  return hosts.flatMap((host) => {
    const status = store.look(supervisorStatus, host, undefined);
    const config = store.look(supervisorConfig, host, undefined);
    return (status?.facts.instances ?? []).map((instance): Fact<'Supervisor'> => {
      const onDisk = config?.facts.instances.find((one) => one.configFile === instance.configFile);
      const missing = instance.reachable
        ? (onDisk?.programs ?? []).filter(
            (program) =>
              !instance.programs.some(
                (loaded) => loaded.name === program.name || loaded.group === program.name,
              ),
          )
        : [];
      return {
        host,
        reachable: instance.reachable,
        running: instance.supervisordPid !== undefined || instance.reachable,
        problem: instance.problem ?? '',
        says: instance.says === '' ? 'no process of supervisord' : instance.says,
        missingPrograms: missing.map((program) => program.name),
        missingCite: missing.flatMap((program) => config?.cite(program.line) ?? []),
        configFile: instance.configFile,
        ...unitOf(store, host, instance.configFile),
        cite: [...(status?.cite(instance.line + 1) ?? []), ...(status?.cite(instance.line) ?? [])],
      };
    });
  });
}
