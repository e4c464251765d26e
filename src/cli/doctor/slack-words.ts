/** What the doctor says of Slack. */
export interface SlackWords {
  readonly bot: (user: string, team: string) => string;
  readonly scopes: (count: number) => string;
  /** What a scope is for, where the language has words of its own for it. */
  readonly uses: Readonly<Record<string, string>>;
  readonly missingScope: (scope: string, use: string) => string;
  readonly scopeRemedy: string;
  readonly scopesUnknown: string;
  readonly socket: string;
  readonly http: string;
  readonly refused: Readonly<Record<'bot' | 'socket', (code: string) => string>>;
  readonly silent: (says: string) => string;
  readonly silentRemedy: string;
  /** By Slack's own word for the refusal. */
  readonly remedies: Readonly<Record<'bot' | 'socket', (code: string) => string>>;
}

const DEAD = new Set(['invalid_auth', 'account_inactive', 'token_revoked', 'token_expired', 'not_authed']);

export const slackWords: Readonly<Record<'en' | 'zh', SlackWords>> = {
  en: {
    bot: (user, team) => `SLACK_BOT_TOKEN is good: ${user} in ${team}`,
    scopes: (count) => `all ${count} scopes are there`,
    uses: {},
    missingScope: (scope, use) => `the scope ${scope} is missing: ${use}`,
    scopeRemedy:
      'paste what goodgate slack-manifest prints into "App Manifest" of your app, then "Install App" and "Reinstall"',
    scopesUnknown: 'which scopes there are Slack did not say',
    socket: 'SLACK_APP_TOKEN is good: Slack opens the way in (Socket Mode)',
    http: 'Slack comes over HTTP: only Slack itself can show that SLACK_SIGNING_SECRET is right',
    refused: {
      bot: (code) => `Slack does not take SLACK_BOT_TOKEN (${code})`,
      socket: (code) => `Slack does not open the way in with SLACK_APP_TOKEN (${code})`,
    },
    silent: (says) => `Slack could not be asked: ${says}`,
    silentRemedy: 'let this machine reach https://slack.com and wss://*.slack.com on port 443',
    remedies: {
      bot: (code) =>
        DEAD.has(code)
          ? 'copy the "Bot User OAuth Token" anew from "OAuth & Permissions"; if the app was removed, install it again'
          : code === 'not_allowed_token_type'
            ? 'SLACK_BOT_TOKEN is the one that begins with xoxb-'
            : 'look the word up in the documentation of auth.test',
      socket: (code) =>
        DEAD.has(code)
          ? 'make a new one: "Basic Information", "App-Level Tokens", with the scope connections:write'
          : code === 'missing_scope' || code === 'not_allowed_token_type'
            ? 'it needs the scope connections:write: "Basic Information", "App-Level Tokens"'
            : 'see whether "Socket Mode" is switched on for your app',
    },
  },
  zh: {
    bot: (user, team) => `SLACK_BOT_TOKEN 有效：${team} 中的 ${user}`,
    scopes: (count) => `全部 ${count} 个权限范围（scope）都已具备`,
    uses: {
      commands: '斜杠命令和消息快捷操作',
      'app_mentions:read': '听到别人提及它',
      'chat:write': '发布和编辑自己的消息',
      'chat:write.public': '在未邀请它的公开频道中回答',
      'files:write': '附上一次运行的完整输出',
      'users:read': '用每个人的语言回答',
      'channels:history': 'Slack 的应答丢失后，查看自己的消息是否已经发出',
      'groups:history': '同上，用于邀请了它的私有频道',
      'im:write': '无法在频道中发言时，私信提出请求的人',
      'im:history': '与 channels:history 相同，用于它发给该人的私信',
    },
    missingScope: (scope, use) => `缺少权限范围 ${scope}：${use}`,
    scopeRemedy:
      '把 goodgate slack-manifest 的输出粘贴到应用的“App Manifest”页，然后在“Install App”页重新安装',
    scopesUnknown: 'Slack 没有说明具备哪些权限范围',
    socket: 'SLACK_APP_TOKEN 有效：Slack 允许建立连接（Socket Mode）',
    http: 'Slack 通过 HTTP 到达：SLACK_SIGNING_SECRET 是否正确，只有 Slack 自己的请求才能证明',
    refused: {
      bot: (code) => `Slack 不接受 SLACK_BOT_TOKEN（${code}）`,
      socket: (code) => `Slack 不接受用 SLACK_APP_TOKEN 建立连接（${code}）`,
    },
    silent: (says) => `无法询问 Slack：${says}`,
    silentRemedy: '让本机能够访问 https://slack.com 和 wss://*.slack.com 的 443 端口',
    remedies: {
      bot: (code) =>
        DEAD.has(code)
          ? '在“OAuth & Permissions”页重新复制“Bot User OAuth Token”；如果应用已被移除，请重新安装'
          : code === 'not_allowed_token_type'
            ? 'SLACK_BOT_TOKEN 应以 xoxb- 开头'
            : '请在 auth.test 的文档中查找这个词',
      socket: (code) =>
        DEAD.has(code)
          ? '重新生成一个：“Basic Information”页的“App-Level Tokens”，选择 connections:write'
          : code === 'missing_scope' || code === 'not_allowed_token_type'
            ? '它需要权限范围 connections:write：“Basic Information”页的“App-Level Tokens”'
            : '请检查应用是否已开启“Socket Mode”',
    },
  },
};
