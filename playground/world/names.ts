import type { Random } from './random.js';

/** Everything that has a name of its own in a world; drawn anew for each seed. */
export interface Names {
  /** Folder name under etc, var/log and var/lib. */
  readonly brand: string;
  /** Supervisor group. */
  readonly group: string;
  /** Supervisor program that nginx passes to. */
  readonly program: string;
  readonly converter: string;
  readonly example: string;
  readonly upstream: string;
  /** Alias of the (proxy's) host in goodgate.yaml. */
  readonly host: string;
  readonly backendHost: string;
  readonly target: string;
  readonly databaseUser: string;
  /** The name by which the proxy knows the backend where it uses a name. */
  readonly backendName: string;
}

/** Names of the document server, in its own style. */
export function drawOnlyofficeNames(random: Random): Names {
  const site = random.pick(['docs', 'office', 'edit', 'papers', 'writer']);
  const suffix = random.pick(['', '-a', '-b', '2', '-main']);
  return {
    brand: random.pick(['onlyoffice', 'onlyoffice-de', 'onlyoffice-ee']),
    group: random.pick(['ds', 'ds1', 'docs']),
    program: `docservice${random.pick(['', '2', '-main'])}`,
    converter: `converter${random.pick(['', '2', '-main'])}`,
    example: `example${random.pick(['', '2', '-main'])}`,
    upstream: random.pick(['docservice', 'docservice_backend', 'ds_pool']),
    host: `${site}${suffix}-${random.between(1, 40)}`,
    backendHost: `${site}-app-${random.between(1, 40)}`,
    target: `${site}-server`,
    databaseUser: random.pick(['onlyoffice', 'onlyoffice_ds', 'ds_user']),
    backendName: `${site}.internal`,
  };
}

/** Names of some web service that has nothing to do with the document server. */
export function drawServiceNames(random: Random): Names {
  const trade = random.pick(['orders', 'billing', 'catalog', 'tickets', 'payroll', 'parcel']);
  const kind = random.pick(['api', 'web', 'svc', 'app']);
  return {
    brand: `${trade}-${kind}`,
    group: `${trade}${random.between(1, 9)}`,
    program: `${trade}-${random.pick(['server', 'http', 'node', 'front'])}`,
    converter: `${trade}-worker`,
    example: `${trade}-cron`,
    upstream: `${trade}_${random.pick(['backend', 'pool', 'upstream'])}`,
    host: `${random.pick(['edge', 'node', 'vm', 'web'])}-${random.between(1, 90)}`,
    backendHost: `${trade}-${random.pick(['app', 'back', 'core'])}-${random.between(1, 90)}`,
    target: `${trade}-${kind}`,
    databaseUser: trade,
    backendName: `${trade}.internal`,
  };
}
