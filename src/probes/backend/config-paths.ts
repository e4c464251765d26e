/** Which files a program's command line and environment name as its configuration. Pure. */

const CONFIG_FILE = /\.(?:json5?|ya?ml|toml|conf|cfg|ini|env|properties|py|rb)$/i;
const NAMES_IN_DIRECTORY = [
  '.env',
  'config.json',
  'config.yaml',
  'config.yml',
  'appsettings.json',
  'appsettings.Production.json',
  'application.yml',
  'application.properties',
  'config/application.yml',
  'config/application.properties',
  'gunicorn.conf.py',
];
const ONLYOFFICE_FOLDER = '/etc/onlyoffice/documentserver';

export interface ConfigPlaces {
  /** Absolute paths, most telling first. */
  readonly files: readonly string[];
  /** Folders that node-config reads. */
  readonly nodeConfigDirs: readonly string[];
  readonly nodeEnv: string;
}

/** `NODE_CONFIG_DIR` and `NODE_ENV` may also stand in the command: `sh -c 'NODE_ENV=… exec …'`. */
export function configPlaces(
  command: string,
  directory: string | undefined,
  environment: Readonly<Record<string, string>>,
  given: readonly string[],
): ConfigPlaces {
  const words = command.split(/[\s'";]+/).filter((word) => word !== '');
  const inline = (name: string): string | undefined =>
    words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  const nodeDir = environment['NODE_CONFIG_DIR'] ?? inline('NODE_CONFIG_DIR');
  const named = words
    .map((word) => word.replace(/^-{1,2}[A-Za-z][\w-]*=/, ''))
    .filter((word) => CONFIG_FILE.test(word) && !word.startsWith('-') && !/^https?:/.test(word))
    .map((word) => absolute(word, directory));
  const scripts = named.filter(
    (path) => path !== undefined && /\.(?:py|rb)$/.test(path) && words.includes(path),
  );
  const inDirectory = directory?.startsWith('/')
    ? NAMES_IN_DIRECTORY.map((name) => `${trimmed(directory)}/${name}`)
    : [];
  const files = [
    ...given,
    ...named.filter((path) => path !== undefined && !scripts.includes(path)),
    ...inDirectory,
  ];
  const onlyOffice = /documentserver|docservice|onlyoffice/i.test(command);
  const nodeConfigDirs = [
    nodeDir,
    directory?.startsWith('/') ? `${trimmed(directory)}/config` : undefined,
    onlyOffice ? ONLYOFFICE_FOLDER : undefined,
  ];
  return {
    files: [...new Set(files.filter((path): path is string => isPlainPath(path)))].slice(0, 24),
    nodeConfigDirs: [...new Set(nodeConfigDirs.filter((path): path is string => isPlainPath(path)))],
    nodeEnv: environment['NODE_ENV'] ?? inline('NODE_ENV') ?? '',
  };
}

function absolute(word: string, directory: string | undefined): string | undefined {
  if (word.startsWith('/')) return word;
  return directory?.startsWith('/') ? `${trimmed(directory)}/${word.replace(/^\.\//, '')}` : undefined;
}

function trimmed(directory: string): string {
  return directory.replace(/\/+$/, '');
}

function isPlainPath(path: string | undefined): boolean {
  return path?.startsWith('/') === true && path.length < 1024 && !/[\0\n]/.test(path);
}
