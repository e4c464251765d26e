type Platform = 'debian' | 'red-hat' | 'alpine' | 'macos' | 'other';

const INSTALL: Readonly<Record<Platform, string | undefined>> = {
  debian: 'apt-get install redis-server',
  'red-hat': 'dnf install redis',
  alpine: 'apk add redis',
  macos: 'brew install redis',
  other: undefined,
};

/** For `not-installed`. `osRelease` is the text of /etc/os-release, where there is one. */
export function howToGetRedis(
  platform: NodeJS.Platform,
  osRelease: string,
): { readonly en: string; readonly zh: string } {
  const command = INSTALL[platformOf(platform, osRelease)];
  const all = Object.values(INSTALL).filter((one) => one !== undefined);
  const [en, zh] =
    command === undefined
      ? [`one of: ${all.join(' · ')}`, `以下之一：${all.join(' · ')}`]
      : [command, command];
  return {
    en: `No redis-server is installed. Install it (${en}), or set REDIS_URL to a Redis that you have.`,
    zh: `未安装 redis-server。请安装（${zh}），或将 REDIS_URL 设为已有的 Redis。`,
  };
}

function platformOf(platform: NodeJS.Platform, osRelease: string): Platform {
  if (platform === 'darwin') return 'macos';
  // ID=debian · ID_LIKE="rhel centos fedora": https://www.freedesktop.org/software/systemd/man/latest/os-release.html
  const ids = [...osRelease.matchAll(/^ID(?:_LIKE)?="?([a-z0-9._ -]*)"?$/gmu)].flatMap(([, id]) =>
    (id ?? '').split(' '),
  );
  if (ids.some((id) => id === 'debian' || id === 'ubuntu')) return 'debian';
  if (ids.some((id) => id === 'rhel' || id === 'fedora')) return 'red-hat';
  return ids.includes('alpine') ? 'alpine' : 'other';
}
