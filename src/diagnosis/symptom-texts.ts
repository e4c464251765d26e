/** What the links between a cause and the client say, in both languages. Placeholders as in ICU messages. */
import type { Text } from '../playbook/cause-schema.js';

export const symptomTexts = {
  answered: { en: 'A client gets {status} at {url}', zh: '客户端访问 {url} 得到 {status}' },
  answeredWell: {
    en: 'A client gets {status} at {url}: it answers well',
    zh: '客户端访问 {url} 得到 {status}:响应正常',
  },
  sickBody: {
    en: 'A client gets {status} at {url}, but the health check’s body says {body}',
    zh: '客户端访问 {url} 得到 {status},但健康检查的响应体为 {body}',
  },
  refused: { en: '{url} refuses the connection', zh: '{url} 拒绝连接' },
  silent: { en: '{url} gives no answer within {seconds} s', zh: '{url} 在 {seconds} 秒内没有响应' },
  noConnect: { en: '{url} cannot be connected to: {says}', zh: '无法连接 {url}:{says}' },
  notAsked: { en: '{url} was not asked from outside: {says}', zh: '未能从外部访问 {url}:{says}' },
  upstreamRefused: { en: '{address} refuses nginx’s connection', zh: '{address} 拒绝 nginx 的连接' },
  upstreamSilent: { en: '{address} accepts, but does not answer', zh: '{address} 接受连接但没有响应' },
  upstreamNoConnect: {
    en: '{address} does not accept a connection within the time limit',
    zh: '{address} 在时限内未接受连接',
  },
  upstreamCut: {
    en: '{address} ends the connection before it has answered',
    zh: '{address} 在响应完成前断开连接',
  },
  upstreamUnreachable: { en: '{address} cannot be reached: {says}', zh: '{address} 不可达:{says}' },
  upstreamMissing: { en: 'The socket {address} does not exist', zh: 'socket {address} 不存在' },
  upstreamDenied: { en: 'nginx may not open {address}', zh: 'nginx 无权打开 {address}' },
  upstreamInvalid: { en: '{address} does not answer in HTTP', zh: '{address} 的响应不是合法 HTTP' },
  upstreamTls: { en: 'No TLS connection to {address}: {says}', zh: '与 {address} 的 TLS 连接失败:{says}' },
  upstreamStatus: { en: '{address} itself answers {status}', zh: '{address} 自身返回 {status}' },
  upstreamWell: {
    en: '{address} answers {status} when asked directly',
    zh: '直接访问 {address} 得到 {status}',
  },
  upstreamUnresolved: { en: '{address} has a name that does not resolve', zh: '{address} 的主机名无法解析' },
  upstreamUnknown: { en: '{address}: {says}', zh: '{address}:{says}' },
  proxyLogged: {
    en: 'nginx logged it for this check’s own request',
    zh: 'nginx 为本次检查的请求记录了该错误',
  },
  hopClient: { en: 'client', zh: '客户端' },
  hopRunning: { en: '{name} is {state}', zh: '{name} 状态为 {state}' },
  hopListening: { en: 'listens', zh: '正在监听' },
  hopNotListening: { en: 'nothing listens', zh: '无进程监听' },
  hopConfigBad: { en: 'runs, but its configuration on disk is invalid', zh: '运行中,但磁盘上的配置无效' },
  hopNotRunning: { en: 'is not running', zh: '未运行' },
  hopUnknown: { en: 'could not be seen', zh: '无法查看' },
  hopPasses: { en: 'takes the request and passes it on', zh: '接收请求并转发' },
  hopRuns: { en: 'runs', zh: '运行中' },
  hopAnswers: { en: 'answers', zh: '正常响应' },
  hopFails: { en: 'fails: {says}', zh: '失败:{says}' },
  ownAnswer: { en: 'the backend’s own answer', zh: '后端自身的响应' },
  recentErrors: {
    en: '{count} failures in nginx’s error log between {first} and {last} ago; none of them is this check’s',
    zh: 'nginx 错误日志中有 {count} 条失败记录({first} 至 {last} 之前),均与本次检查无关',
  },
} as const satisfies Record<string, Text>;

export type SymptomText = keyof typeof symptomTexts;
