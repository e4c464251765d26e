import type { Role } from '../../domain/target.js';

export interface Tool {
  readonly tool: string;
  /** Any of these does the same. */
  readonly instead?: readonly string[];
  /** Missing on a host of this role, it is a problem; elsewhere a note. */
  readonly neededBy?: Role;
  /** What cannot be seen without it. */
  readonly costs: { readonly en: string; readonly zh: string };
}

/** What a check uses on a host where it is there. */
export const TOOLS: readonly Tool[] = [
  {
    tool: 'nginx',
    neededBy: 'proxy',
    costs: {
      en: 'its configuration cannot be read; where it runs in a container, name that with transport docker',
      zh: '无法读取其配置；如果它运行在容器中，请使用 transport docker 指明容器',
    },
  },
  {
    tool: 'ss',
    instead: ['netstat'],
    costs: { en: 'listeners are read from /proc alone', zh: '只能从 /proc 读取监听端口' },
  },
  {
    tool: 'curl',
    instead: ['wget'],
    costs: {
      en: 'requests from the host itself are made with what else is there',
      zh: '只能用其他工具从主机自身发出请求',
    },
  },
  {
    tool: 'systemctl',
    costs: { en: 'no units are seen (a container has none)', zh: '看不到 systemd 单元（容器中本来没有）' },
  },
  { tool: 'journalctl', costs: { en: 'the journal is not seen', zh: '看不到 journal 日志' } },
  { tool: 'supervisorctl', costs: { en: "no supervisor's programs are seen", zh: '看不到 supervisor 程序' } },
  { tool: 'docker', costs: { en: 'no containers are seen', zh: '看不到容器' } },
  { tool: 'openssl', costs: { en: 'TLS is seen from outside only', zh: '只能从外部查看 TLS' } },
  {
    tool: 'timeout',
    costs: { en: "time limits are kept by goodgate's own script", zh: '时限由 goodgate 自身脚本保证' },
  },
  { tool: 'netstat', costs: { en: '', zh: '' } },
  { tool: 'wget', costs: { en: '', zh: '' } },
];
