/** What the doctor says of Redis, beside what src/adapters/redis/check-settings.ts says of its settings. */
export interface RedisWords {
  readonly title: string;
  readonly private: string;
  readonly privateThere: string;
  readonly answers: string;
  readonly silent: (says: string) => string;
  readonly silentRemedy: string;
  readonly refusedRemedy: string;
  readonly environment: string;
  readonly environmentAbout: string;
  readonly workerOnly: string;
}

export const redisWords: Readonly<Record<'en' | 'zh', RedisWords>> = {
  en: {
    title: 'Redis',
    private: 'REDIS_URL is not set',
    privateThere: 'goodgate start runs a private redis-server, and the program is there',
    answers: 'answers',
    silent: (says) => `cannot be used: ${says}`,
    silentRemedy:
      'see whether it runs, whether REDIS_URL names it rightly, and whether this machine may reach it',
    refusedRemedy: 'it is there, but does not let us in: see the user and the password in REDIS_URL',
    environment: 'Environment',
    environmentAbout: 'of the service',
    workerOnly: 'no variable of Slack is set: enough for goodgate start --role worker, and for nothing else',
  },
  zh: {
    title: 'Redis',
    private: '未设置 REDIS_URL',
    privateThere: 'goodgate start 会运行私有的 redis-server，该程序已安装',
    answers: '有应答',
    silent: (says) => `无法使用：${says}`,
    silentRemedy: '请检查它是否在运行、REDIS_URL 是否写对、本机能否到达',
    refusedRemedy: '它在运行，但不允许登录：请检查 REDIS_URL 中的用户和口令',
    environment: '环境变量',
    environmentAbout: '（服务）',
    workerOnly: '没有设置 Slack 的变量：只够运行 goodgate start --role worker',
  },
};
