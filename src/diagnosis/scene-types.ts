/**
 * The words that a playbook's conditions may use, with their types. One table serves the type checker of
 * `goodgate validate`, the evaluator, and TypeScript.
 *
 * A field that nobody could see is absent: an expression that needs it has no value, and so its rule is unknown
 * (CEL absorbs that where `&&` or `||` is decided without it). "Seen and not so" is `false`, `""`, `0` or `[]`.
 * `cite` holds references to the lines that show what the object says.
 */
type FieldType = 'string' | 'int' | 'double' | 'bool' | `list<${string}>` | TypeName;

const CITED = { cite: 'list<string>' } as const;

export const sceneTypes = {
  /** A request of our own (or, at `request`, the outside view). */
  Answer: {
    /** answered, connected (of what speaks no HTTP: it takes connections), refused, timeout-connect, timeout-response, reset, closed-early, invalid-http, tls-error, unreachable, name-unresolved, socket-missing, permission-denied, no-local-port, unknown */
    outcome: 'string',
    status: 'int',
    server: 'string',
    body: 'string',
    headerBytes: 'int',
    firstBytes: 'string',
    says: 'string',
    durationMs: 'int',
    address: 'string',
    location: 'string',
    /** A port that expects TLS was asked plainly; a plain port was asked by TLS. */
    plainToTls: 'bool',
    tlsToPlain: 'bool',
    /** Answered with a status below 400, or 401, and a body that is not a health check's "false". */
    well: 'bool',
    ...CITED,
  },
  /** A line that a program logged, read for what it complains of. Only lines of the current life or the window. */
  Signal: {
    kind: 'string',
    address: 'string',
    port: 'int',
    path: 'string',
    name: 'string',
    text: 'string',
    secondsAgo: 'int',
    ...CITED,
  },
  /** A line of nginx's error log. */
  ProxyError: {
    kind: 'string',
    errno: 'int',
    phase: 'string',
    upstream: 'string',
    message: 'string',
    zone: 'string',
    secondsAgo: 'int',
    /** It belongs to a request that this check sent. */
    marked: 'bool',
    /** It belongs to a request of this check or of an earlier one: no client failed. */
    ofCheck: 'bool',
    /** A worker that still runs wrote it: what an earlier life of nginx complained of says nothing of this one. */
    live: 'bool',
    /** It is of a request to the server that takes the target's. Of a server without a name of its own, the host decides. */
    ofSite: 'bool',
    /** Of a body that was refused: its size. */
    bytes: 'int',
    ...CITED,
  },
  Listener: {
    host: 'string',
    address: 'string',
    port: 'int',
    path: 'string',
    program: 'string',
    pid: 'int',
    recvQueue: 'int',
    backlog: 'int',
    loopbackOnly: 'bool',
    ...CITED,
  },
  /** A program under supervisor, a systemd unit, a container, or a bare process. */
  Service: {
    host: 'string',
    /** supervisor, systemd, docker, process */
    manager: 'string',
    name: 'string',
    /** running, starting, stopped, failed, backoff, exited, restarting, paused, missing, unknown */
    state: 'string',
    /** The manager's own word: FATAL, inactive, exited, … */
    rawState: 'string',
    running: 'bool',
    /** Somebody has forbidden its start (systemctl mask). */
    masked: 'bool',
    /** The socket unit that starts it when somebody connects, while that listens. */
    startedBy: 'string',
    /** Its manager starts it at boot. */
    enabled: 'bool',
    pid: 'int',
    /** R, S, D, T, Z: as ps tells. */
    processState: 'string',
    user: 'string',
    command: 'string',
    startedSecondsAgo: 'int',
    /** When its present life began, or its last two where it dies again and again: older words are of another trouble. */
    lifeSecondsAgo: 'int',
    stoppedSecondsAgo: 'int',
    /** When SIGKILL last ended it, in the present trouble. */
    killedSecondsAgo: 'int',
    /** Nobody started it since the host or its manager came up. */
    neverStarted: 'bool',
    exitStatus: 'int',
    /** Starts within the last ten minutes, by the manager's own log. */
    recentStarts: 'int',
    restarts: 'int',
    restartsCite: 'list<string>',
    result: 'string',
    oomKilled: 'bool',
    health: 'string',
    healthOutput: 'string',
    healthCite: 'list<string>',
    error: 'string',
    /** Its supervisord's configuration file. */
    keeper: 'string',
    image: 'string',
    /** Ports that it listens on; of a container inside it. */
    ports: 'list<int>',
    portsCite: 'list<string>',
    sockets: 'list<string>',
    socketsCite: 'list<string>',
    publishedPorts: 'list<int>',
    publishedCite: 'list<string>',
    networks: 'list<string>',
    networksCite: 'list<string>',
    extraHostsCite: 'list<string>',
    unknownOptions: 'list<string>',
    unknownOptionsCite: 'list<string>',
    /** Ports that its own configuration names. */
    configuredPorts: 'list<int>',
    signals: 'list<Signal>',
    dependencies: 'list<Dependency>',
    /** Pseudonyms of the secrets that it signs or checks tokens with: equal secrets have equal ones. */
    tokenSecrets: 'list<string>',
    /** Of those, the ones that callers must sign with. */
    inboxSecrets: 'list<string>',
    tokenSecretsCite: 'list<string>',
    openFiles: 'int',
    openFilesLimit: 'int',
    openFilesCite: 'list<string>',
    tasks: 'int',
    tasksLimit: 'int',
    tasksCite: 'list<string>',
    configProblems: 'list<ConfigProblem>',
    logReadable: 'bool',
    /** The last that it wrote in a life that has ended. */
    lastWordsCite: 'list<string>',
    /** It is taken for the backend because there is no other: what a rule proves by it is likely. */
    guessed: 'bool',
    ...CITED,
  },
  ConfigProblem: {
    /** parse, unreadable, missing */
    kind: 'string',
    path: 'string',
    message: 'string',
    ...CITED,
  },
  /** What a service needs by its own configuration. */
  Dependency: {
    /** redis, rabbitmq, postgres, mysql, http, tcp */
    kind: 'string',
    address: 'string',
    host: 'string',
    port: 'int',
    /** ok, auth-required, refused, timeout, … as Answer.outcome */
    outcome: 'string',
    ok: 'bool',
    says: 'string',
    local: 'bool',
    listening: 'bool',
    startedSecondsAgo: 'int',
    /** The unit, program or container that provides it, where it is on a host of ours. */
    service: 'Service',
    /** What the service that needs it logged about it. */
    signals: 'list<Signal>',
    configCite: 'list<string>',
    /** Of a RabbitMQ on one of the target's hosts: the alarms for which it blocks who publishes. */
    alarms: 'list<string>',
    alarmsCite: 'list<string>',
    /** Of a PostgreSQL on one of the target's hosts: how many of its connections are taken, and how many there are. */
    connections: 'int',
    maxConnections: 'int',
    connectionsCite: 'list<string>',
    /** The service that needs it is only guessed to be the backend. */
    guessed: 'bool',
    ...CITED,
  },
  /** One address that nginx passes the request to. */
  Upstream: {
    address: 'string',
    /** tcp or socket */
    kind: 'string',
    host: 'string',
    port: 'int',
    path: 'string',
    tls: 'bool',
    /** http, https, fastcgi, uwsgi, scgi, grpc, memcached, …: what nginx speaks to it. */
    protocol: 'string',
    isName: 'bool',
    /** start or request: when nginx resolves the name. */
    resolvedAt: 'string',
    group: 'string',
    backup: 'bool',
    /** It is an address of one of the target's hosts, or a socket. */
    local: 'bool',
    loopback: 'bool',
    /** The same request from the proxy's host straight to this address. */
    direct: 'Answer',
    /** Something accepts connections there, as seen from the proxy's host. */
    reachable: 'bool',
    /** Something listens there, as seen on the host that has the address. */
    listening: 'bool',
    /** The connection is refused: at the address itself, or behind the port that a container publishes there. */
    refused: 'bool',
    /** It is a port that a container publishes on its host. */
    published: 'bool',
    /** An engine forwards what comes to it into a container, and nobody could look there. */
    unseenBehind: 'bool',
    /** The container's own port that the address leads to. */
    containerPort: 'int',
    listener: 'Listener',
    /** A listener on the same port that only the host (or the container) itself can reach. */
    loopbackListener: 'Listener',
    /** What the name resolves to now, on the proxy's host. */
    lookup: 'Lookup',
    tlsView: 'TlsView',
    route: 'Route',
    filters: 'list<FilterRule>',
    errors: 'list<ProxyError>',
    /** The service that ought to answer there. */
    backend: 'Service',
    /** Another nginx of the target is there, and is looked at by itself. */
    relayed: 'bool',
    /** Of two containers: there is a network that both are on. */
    sharesNetwork: 'bool',
    /** How the backend was recognised: owns-port, claims-port, name, only-one */
    backendBy: 'string',
    /** The service that owns the listener, where it is another than the backend. */
    intruder: 'Service',
    /** The backend's answer on another address or port of its own. */
    elsewhere: 'Answer',
    elsewhereAddress: 'string',
    elsewhereOnOtherPort: 'bool',
    /** The backend's answer to a WebSocket upgrade, asked directly. */
    upgradeDirect: 'Answer',
    /** The same request with the upstream's own name as Host, as nginx sends it by default. */
    directOwnHost: 'Answer',
    socket: 'SocketFile',
    /** Where nothing points at any backend: services that listen, that no other site passes to, and what they answer. */
    free: 'list<FreeService>',
    /** Those of them that answer this request well. */
    freeWell: 'list<FreeService>',
    /** Likewise: services that ought to run, and do not. */
    down: 'list<Service>',
    /** nginx's configuration was read in part, and the rest may send the request elsewhere. */
    guessed: 'bool',
    cite: 'list<string>',
  },
  FreeService: {
    address: 'string',
    service: 'Service',
    answer: 'Answer',
    /** Its port differs from the upstream's by one digit, or by two that changed places. */
    portAlike: 'bool',
    /** Its name is the site's, or has a word of it. */
    nameAlike: 'bool',
    ...CITED,
  },
  SocketFile: {
    exists: 'bool',
    mode: 'string',
    owner: 'string',
    /** nginx's worker may open it, by mode and owner of the file and its directories. */
    openable: 'bool',
    ...CITED,
  },
  Lookup: {
    found: 'bool',
    addresses: 'list<string>',
    /** The name server's own answer: answered, nxdomain, timeout, refused, … */
    server: 'string',
    serverAddresses: 'list<string>',
    hostsFile: 'bool',
    hostsFileAddress: 'string',
    hostsFileCite: 'list<string>',
    serverCite: 'list<string>',
    ...CITED,
  },
  TlsView: {
    ok: 'bool',
    plain: 'bool',
    verifyCode: 'int',
    verifyText: 'string',
    notAfterSecondsAgo: 'int',
    notBeforeSecondsAgo: 'int',
    alert: 'string',
    ...CITED,
  },
  Route: { reachable: 'bool', says: 'string', ...CITED },
  FilterRule: {
    verdict: 'string',
    chain: 'string',
    text: 'string',
    packets: 'int',
    host: 'string',
    ...CITED,
  },
  Setting: { text: 'string', value: 'string', ms: 'int', bytes: 'int', isDefault: 'bool', ...CITED },
  /** nginx, as it reads its configuration for this request. */
  Proxy: {
    host: 'string',
    /** Another nginx of the target passes the request to it. */
    behind: 'bool',
    inContainer: 'bool',
    installed: 'bool',
    running: 'bool',
    /** An nginx runs, but none that listens on the URL's port. */
    onOtherPorts: 'bool',
    port: 'int',
    /** nginx, or whatever is in front, listens on the URL's port. */
    listening: 'bool',
    listener: 'Listener',
    service: 'Service',
    testOk: 'bool',
    testError: 'string',
    testErrorCite: 'list<string>',
    /** A server and a location of nginx take the request. */
    matched: 'bool',
    serverName: 'string',
    locationText: 'string',
    /** proxy, fastcgi, uwsgi, scgi, grpc, return, static, none */
    handler: 'string',
    passText: 'string',
    /** nginx answers the request by itself, passing it to nobody: `return 503;`, `deny all;`, a file. */
    answersItself: 'bool',
    undecided: 'bool',
    /** A part of the configuration may not be read, and might send the request elsewhere. */
    doubtful: 'bool',
    /** Zones of limits in force where the request is taken. */
    limitZones: 'list<string>',
    /** Another block that was meant to take it, and why it did not. */
    shadowed: 'bool',
    shadowedText: 'string',
    /** It is a block of another server. */
    shadowedServer: 'bool',
    /** A longer prefix that serves files: what is asked for may just not be among them. */
    shadowedByDesign: 'bool',
    /** The request names a site that no server has: the default server takes it. */
    takenByDefault: 'bool',
    /** How many servers share the address and port. */
    sites: 'int',
    shadowedCite: 'list<string>',
    shadowedAnswersWell: 'bool',
    errorLogPath: 'string',
    errorLogOff: 'bool',
    errorLogUnwritable: 'bool',
    errorLogCite: 'list<string>',
    errors: 'list<ProxyError>',
    /** Addresses that the running workers connected to, by marked log lines. */
    usedAddresses: 'list<string>',
    configuredAddresses: 'list<string>',
    configNewerThanWorkers: 'bool',
    configFileCite: 'list<string>',
    connectTimeout: 'Setting',
    readTimeout: 'Setting',
    bodyLimit: 'Setting',
    bufferSize: 'Setting',
    httpVersion: 'Setting',
    upgradeHeader: 'Setting',
    connectionHeader: 'Setting',
    /** Some location of the server passes a WebSocket upgrade on. */
    upgradePassed: 'bool',
    hostHeader: 'Setting',
    tlsVerify: 'Setting',
    /** The request as the proxy's host sends it to its own nginx. */
    self: 'Answer',
    upgrade: 'Answer',
    openFiles: 'int',
    openFilesLimit: 'int',
    openFilesCite: 'list<string>',
    workerConnections: 'Setting',
    ...CITED,
  },
  /** A server of a balancer (HAProxy) that takes the URL's port on one of the proxies' hosts. */
  BalancedServer: {
    host: 'string',
    /** `backend/server`, as the balancer calls it. */
    name: 'string',
    address: 'string',
    /** up, down, rising (its checks succeed again, and it waits for more of them), maintenance, unknown */
    state: 'string',
    /** HAProxy's short word for its last check: L4CON, L6RSP, L7STS, L7OK, … */
    checkKind: 'string',
    /** The status that the check's own request got; 0 where it got none. */
    checkCode: 'int',
    checkText: 'string',
    /** What the check asks for; "" where it only connects. */
    checkUri: 'string',
    /** The check goes to another port or address than the requests. */
    checkElsewhere: 'bool',
    /** The answer to the same check, sent now. */
    checkAnswer: 'Answer',
    /** It is refused for the same reason. Not known of a check that reads bodies or sends more than one request. */
    checkRefused: 'bool',
    /** The URL's own request, past the balancer, to this server. */
    answer: 'Answer',
    configCite: 'list<string>',
    ...CITED,
  },
  Filesystem: {
    host: 'string',
    mount: 'string',
    usedPercent: 'int',
    inodesUsedPercent: 'int',
    readOnly: 'bool',
    /** A directory that the service, nginx or a dependency writes to lies on it. */
    concerned: 'bool',
    signals: 'list<Signal>',
    /** Whoever complained of it is only guessed to be the backend. */
    guessed: 'bool',
    ...CITED,
  },
  PathState: {
    host: 'string',
    path: 'string',
    exists: 'bool',
    mode: 'string',
    owner: 'string',
    readable: 'bool',
    writable: 'bool',
    readOnlyMount: 'bool',
    /** The directory that it lies in, or ought to. */
    parentExists: 'bool',
    signal: 'Signal',
    service: 'Service',
    /** Its service is only guessed to be the backend. */
    guessed: 'bool',
    ...CITED,
  },
  KernelEvent: {
    host: 'string',
    /** oom-kill, conntrack-full, apparmor-denied, avc-denied, io-error, segfault */
    kind: 'string',
    pid: 'int',
    process: 'string',
    /** The service that it struck, by pid, name or cgroup. */
    service: 'string',
    secondsAgo: 'int',
    text: 'string',
    ...CITED,
  },
  Machine: {
    alias: 'string',
    roles: 'list<string>',
    nproc: 'int',
    uptimeSeconds: 'int',
    clockOffsetSeconds: 'double',
    memoryAvailablePercent: 'double',
    swapUsedPercent: 'double',
    memoryPressure: 'double',
    cpuPressure: 'double',
    load1: 'double',
    load5: 'double',
    topProcess: 'string',
    memoryCite: 'list<string>',
    cpuCite: 'list<string>',
    clockCite: 'list<string>',
    timeWait: 'int',
    localPorts: 'int',
    portsCite: 'list<string>',
    conntrackCount: 'int',
    conntrackMax: 'int',
    conntrackCite: 'list<string>',
    listenOverflows: 'int',
    overflowsCite: 'list<string>',
    filesystems: 'list<Filesystem>',
    kernelEvents: 'list<KernelEvent>',
    /** docker or podman; empty where neither is installed. */
    engine: 'string',
    /** Its daemon answers. */
    engineReachable: 'bool',
    engineSays: 'string',
    engineCite: 'list<string>',
    /** How many containers it has, running or not. */
    containers: 'int',
    ...CITED,
  },
  /** What a playbook's own `looks` brought. */
  Look: {
    id: 'string',
    host: 'string',
    exitStatus: 'int',
    text: 'string',
    lines: 'list<TextLine>',
    ...CITED,
  },
  TextLine: { text: 'string', ...CITED },
  /** supervisord: each one that runs or ought to run on a host. */
  Supervisor: {
    host: 'string',
    reachable: 'bool',
    running: 'bool',
    problem: 'string',
    says: 'string',
    /** Programs that a file on disk defines and the running supervisord does not know. */
    missingPrograms: 'list<string>',
    missingCite: 'list<string>',
    /** The systemd unit that keeps it; empty where systemd has none. */
    unit: 'string',
    unitState: 'string',
    unitMasked: 'bool',
    unitEnabled: 'bool',
    unitCite: 'list<string>',
    configFile: 'string',
    ...CITED,
  },
} as const satisfies Record<string, Record<string, string>>;

export type TypeName = keyof typeof sceneTypes;
type Table = typeof sceneTypes;

type ValueOf<T extends string> = T extends 'string'
  ? string
  : T extends 'int' | 'double'
    ? number
    : T extends 'bool'
      ? boolean
      : T extends `list<${infer Inner}>`
        ? readonly ValueOf<Inner>[]
        : T extends TypeName
          ? Fact<T>
          : never;

/** An object of the scene. Everything but `cite` may be absent, which means: not known. */
export type Fact<T extends TypeName> = {
  readonly [Key in Exclude<keyof Table[T], 'cite'>]?: ValueOf<Table[T][Key] & string> | undefined;
} & { readonly cite: readonly string[] };

/** The variables at the top of every expression. */
export const sceneVariables = {
  request: 'Answer',
  /** What the target's own URL answers, where another was followed: the end of a redirect, or the health check. */
  front: 'Answer',
  /** The service fails at this moment: for the client, or for one of this check's own requests. */
  sick: 'bool',
  proxy: 'Proxy',
  balanced: 'list<BalancedServer>',
  upstreams: 'list<Upstream>',
  services: 'list<Service>',
  dependencies: 'list<Dependency>',
  machines: 'list<Machine>',
  supervisors: 'list<Supervisor>',
  paths: 'list<PathState>',
  kernelEvents: 'list<KernelEvent>',
  filesystems: 'list<Filesystem>',
  looks: 'list<Look>',
  variables: 'map<string, string>',
} as const satisfies Record<string, FieldType | 'map<string, string>'>;

export interface Scene {
  readonly request: Fact<'Answer'>;
  readonly front?: Fact<'Answer'> | undefined;
  readonly sick?: boolean | undefined;
  readonly proxy: Fact<'Proxy'>;
  readonly balanced: readonly Fact<'BalancedServer'>[];
  readonly upstreams: readonly Fact<'Upstream'>[];
  readonly services: readonly Fact<'Service'>[];
  readonly dependencies: readonly Fact<'Dependency'>[];
  readonly machines: readonly Fact<'Machine'>[];
  readonly supervisors: readonly Fact<'Supervisor'>[];
  readonly paths: readonly Fact<'PathState'>[];
  readonly kernelEvents: readonly Fact<'KernelEvent'>[];
  readonly filesystems: readonly Fact<'Filesystem'>[];
  readonly looks: readonly Fact<'Look'>[];
  readonly variables: Readonly<Record<string, string>>;
}
