import type { Need } from '../faults/fault.js';

/** Everything that the demo says, besides what goodgate itself prints. */
export interface Words {
  readonly lang: 'en' | 'zh';
  readonly title: string;
  readonly starting: string;
  readonly standIns: string;
  readonly instead: (layout: string, why: string) => string;
  readonly running: (facts: { folder: string; seed: number }) => readonly string[];
  readonly target: string;
  readonly request: string;
  readonly login: string;
  readonly healthy: string;
  readonly healthyCheckFailed: string;
  readonly breaking: (title: string, name: string) => string;
  readonly stillAnswers: string;
  readonly asks: string;
  readonly named: (cause: string) => string;
  readonly quiet: string;
  readonly notNamed: (cause: string, said: string) => string;
  readonly mending: string;
  readonly nothingToMend: string;
  readonly mended: string;
  readonly cannotBreak: (name: string, why: string) => string;
  readonly cannotStart: (why: string) => string;
  readonly stopping: string;
  readonly done: string;
  readonly more: string;
  readonly bug: (says: string) => string;
  readonly menu: string;
  readonly menuHelp: string;
  readonly prompt: string;
  readonly broken: (name: string) => string;
  readonly listFoot: string;
  readonly slackStarting: string;
  readonly slackReady: string;
  readonly slackType: (command: string) => string;
  readonly slackHow: string;
  readonly slackStop: string;
  readonly slackBroken: (name: string) => string;
  readonly slackToo: string;
  readonly slackThread: (count: number) => string;
  readonly botEnded: string;
  readonly cause: (id: string) => string;
  readonly everyLayout: string;
  readonly needsRoot: string;
  readonly needs: (need: Need) => string;
  readonly notHere: (why: string) => string;
  readonly groups: Readonly<Record<Group, string>>;
}

type Group = 'proxy' | 'proxyConfig' | 'tls' | 'link' | 'backend' | 'resource' | 'dependency' | 'other';

const en: Words = {
  lang: 'en',
  title: 'goodgate demo: a small real service, broken on purpose',
  starting: 'Starting servers on this machine …',
  standIns: 'nginx, supervisord, Redis and sshd are the real programs; the backend is a small stand-in.',
  instead: (layout, why) => `That did not start (${why}); building the layout ${layout} instead.`,
  running: ({ folder, seed }) => [
    `Everything is in ${folder}, on loopback only, and goes away with the demo.`,
    `Names and ports are drawn anew each time; these come back with --seed ${seed}.`,
  ],
  target: 'service',
  request: 'request',
  login: 'goodgate logs in by',
  healthy: 'All is well',
  healthyCheckFailed: 'Nothing was broken yet, and the check did not call the service healthy.',
  breaking: (title, name) => `Break it: ${title} (${name})`,
  stillAnswers: 'This page still answers: the fault shows elsewhere.',
  asks: 'That is all a client learns. What is wrong?',
  named: (cause) => `Broken was ${cause}, and that is what goodgate named.`,
  quiet: 'Right: nothing is wrong with the service now.',
  notNamed: (cause, said) => `Broken was ${cause}, and goodgate did not name it first (it said: ${said}).`,
  mending: 'Mend it',
  nothingToMend: 'Nothing is broken.',
  mended: 'The service is well again.',
  cannotBreak: (name, why) => `"${name}" could not be brought about here: ${why}.`,
  cannotStart: (why) => `the servers could not be started: ${why}`,
  stopping: 'Stopping the servers and removing their folder …',
  done: 'Nothing is left behind.',
  more: 'Go on: npm run demo -- --list shows what else can be broken, npm run demo -- --fault NAME breaks it.',
  bug: (says) => `the demo failed: ${says}. This is a bug.`,
  menu: 'What shall break next?',
  menuHelp: 'Type a number or a name; or: list, check, mend, quit',
  prompt: 'demo> ',
  broken: (name) => `Still broken: ${name}. "mend" mends it; whatever you break next is broken alone.`,
  listFoot: 'Break one:  npm run demo -- --fault NAME',
  slackStarting: 'Starting a local Slack and the bot …',
  slackReady: 'Open this page',
  slackType: (command) => `Type  ${command}  in the channel, and watch the message fill.`,
  slackHow:
    'The bot is the real one; Slack is a local stand-in, so no account is needed. Break and mend the service in the page.',
  slackStop: 'Ctrl-C stops everything and removes it.',
  slackBroken: (name) => `Broken for you to find: ${name}.`,
  slackToo: 'The same question, asked in Slack',
  slackThread: (count) =>
    `In its thread: ${count} messages, with all evidence and the full output as a file.`,
  botEnded: 'The bot has ended by itself. This is a bug.',
  cause: (id) => `cause ${id}`,
  everyLayout: 'every layout',
  needsRoot: 'needs root',
  needs: (need) =>
    ({
      database: 'needs PostgreSQL',
      nft: 'needs nft',
      'memory-cgroup': 'needs memory cgroups',
      'privileged-ports': 'needs ports that are for root alone',
    })[need],
  notHere: (why) => `it is ${why}`,
  groups: {
    proxy: 'nginx itself',
    proxyConfig: "nginx's configuration",
    tls: 'TLS between nginx and the backend',
    link: 'The way from nginx to the backend',
    backend: "The backend's process",
    resource: 'Resources that run out',
    dependency: 'What the backend needs',
    other: 'Further',
  },
};

const zh: Words = {
  lang: 'zh',
  title: 'goodgate 演示:一个真实的小服务,故意弄坏给你看',
  starting: '正在本机启动各个服务 …',
  standIns: 'nginx、supervisord、Redis、sshd 都是真实程序;后端是一个小型替身。',
  instead: (layout, why) => `未能启动(${why}),改用 ${layout} 布局。`,
  running: ({ folder, seed }) => [
    `全部文件在 ${folder},只监听回环地址,演示结束后一并清除。`,
    `名称和端口每次重新生成;用 --seed ${seed} 可重现这一组。`,
  ],
  target: '服务',
  request: '请求路径',
  login: 'goodgate 登录',
  healthy: '一切正常',
  healthyCheckFailed: '尚未弄坏任何东西,检查却没有判定服务健康。',
  breaking: (title, name) => `弄坏:${title}(${name})`,
  stillAnswers: '这个页面仍能访问:故障体现在别处。',
  asks: '客户端只能看到这些。问题出在哪里?',
  named: (cause) => `弄坏的是 ${cause},goodgate 指出的正是它。`,
  quiet: '正确:服务现在没有问题。',
  notNamed: (cause, said) => `弄坏的是 ${cause},goodgate 没有把它列为首因(它说:${said})。`,
  mending: '修复',
  nothingToMend: '现在没有故障。',
  mended: '服务已恢复正常。',
  cannotBreak: (name, why) => `无法在此制造 "${name}":${why}。`,
  cannotStart: (why) => `服务无法启动:${why}`,
  stopping: '正在停止服务并删除目录 …',
  done: '没有留下任何进程和文件。',
  more: '继续:npm run demo -- --list 列出全部故障,npm run demo -- --fault 名称 制造其中一个。',
  bug: (says) => `演示失败:${says}。这是程序缺陷。`,
  menu: '接下来弄坏什么?',
  menuHelp: '输入编号或名称;或:list(列表)、check(检查)、mend(修复)、quit(退出)',
  prompt: 'demo> ',
  broken: (name) => `仍处于故障:${name}。输入 mend 修复;再弄坏别的之前会先修复它。`,
  listFoot: '制造一个:npm run demo -- --fault 名称',
  slackStarting: '正在启动本地 Slack 和机器人 …',
  slackReady: '请打开这个页面',
  slackType: (command) => `在频道中输入  ${command} ，看消息如何逐步更新。`,
  slackHow: '机器人是真实的；Slack 由本地替身提供，无需任何账号。可在页面中制造和修复故障。',
  slackStop: '按 Ctrl-C 停止并清除一切。',
  slackBroken: (name) => `已为你弄坏：${name}。`,
  slackToo: '在 Slack 中问同样的问题',
  slackThread: (count) => `消息串中有 ${count} 条消息，包含全部证据，完整输出以文件附上。`,
  botEnded: '机器人自行退出。这是程序缺陷。',
  cause: (id) => `原因 ${id}`,
  everyLayout: '所有布局',
  needsRoot: '需要 root',
  needs: (need) =>
    ({
      database: '需要 PostgreSQL',
      nft: '需要 nft',
      'memory-cgroup': '需要内存 cgroup',
      'privileged-ports': '需要仅限 root 的端口',
    })[need],
  notHere: (why) => why,
  groups: {
    proxy: 'nginx 本身',
    proxyConfig: 'nginx 配置',
    tls: 'nginx 与后端之间的 TLS',
    link: '从 nginx 到后端的链路',
    backend: '后端进程',
    resource: '资源耗尽',
    dependency: '后端的依赖',
    other: '其他',
  },
};

export const words: Readonly<Record<'en' | 'zh', Words>> = { en, zh };
