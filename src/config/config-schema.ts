import { isIP } from 'node:net';
import { z } from 'zod';
import { parseDurationMs } from './duration.js';
import { serviceSchema, slackSchema } from './service-config.js';

/**
 * What goodgate.yaml may say. Strict: a misspelt key is an error. What depends on two keys at once (docker needs a
 * container) is checked in build-hosts.ts, where the message can say so in plain words. goodgate.schema.json is
 * made from this.
 */

// No address, user or container may begin with "-": it would be an option to the program that gets it.
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/u;
const HOST_NAME = /^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9._])?$/u;
const USER = /^[A-Za-z0-9_][A-Za-z0-9_.@+\\-]*\$?$/u;
const HOST_KEY = /^(ssh|ecdsa|sk-ssh|sk-ecdsa)-[A-Za-z0-9@.-]+ +[A-Za-z0-9+/]{40,}={0,3}( .*)?$/u;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/u;

export function isAddress(text: string): boolean {
  return text.length <= 253 && (HOST_NAME.test(text) || isIP(text) !== 0);
}

export function isUser(text: string): boolean {
  return text.length <= 128 && USER.test(text);
}

export function isHostKey(text: string): boolean {
  return HOST_KEY.test(text);
}

export function isHttpUrl(text: string): boolean {
  return whyNoHttpUrl(text) === undefined;
}

/** What was expected of a URL and is not so; undefined where all is well. */
export function whyNoHttpUrl(text: string): string | undefined {
  const [, scheme, port] =
    /^\s*(https?):\/\/(?:[^/?#@]*@)?(?:\[[^\]]*\]|[^:/?#]*)(?::(\d+))?(?:[/?#]|\s*$)/i.exec(text) ?? [];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) {
    return 'expected a port from 1 to 65535 in the URL';
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:')) return undefined;
  return scheme === undefined
    ? 'expected a URL that begins with http:// or https://'
    : 'expected a URL with the name or address of a host';
}

export const NO_CREDENTIALS = 'expected a URL without a user and a password';

/** A password in a URL would stand in every finding, record and list of processes. */
export function hasCredentials(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && (url.username !== '' || url.password !== '');
}

const filePath = z.string().min(1, 'expected the path of a file, got an empty text');
const address = z
  .string()
  .refine(isAddress, 'expected a host name or an IP address')
  .describe('Name or address; an alias of ~/.ssh/config will do.');
const user = z.string().refine(isUser, 'expected the name of a user');
const hostKey = z
  .string()
  .refine(isHostKey, 'expected a public host key such as "ssh-ed25519 AAAA…", as ssh-keyscan prints it');
const language = z.enum(['en', 'zh']);
const name = z.string().regex(NAME, 'expected a name of letters, digits, ".", "_" and "-", such as docs-1');

export const hostSchema = z.strictObject({
  address: address.optional(),
  port: z.int('expected a port, a whole number').min(1).max(65535).optional().describe('22 where absent.'),
  user: user.optional(),
  keyFile: filePath.optional().describe('Private key; ~ is your home, relative paths begin at this file.'),
  agent: filePath.optional().describe("Path of an agent's socket; SSH_AUTH_SOCK where absent."),
  hostKey: z
    .union([hostKey, z.array(hostKey).min(1, 'expected at least one host key')])
    .optional()
    .describe('Pinned public host keys, "ssh-ed25519 AAAA…"; known_hosts decides where absent.'),
  knownHostsFile: filePath.optional(),
  jump: z.string().min(1).optional().describe('Alias of another host of this file, or USER@HOST:PORT.'),
  sudo: z
    .boolean()
    .optional()
    .describe('Look with `sudo -n` where an ordinary user sees less; false where absent.'),
  transport: z.enum(['ssh', 'local', 'docker']).optional().describe('ssh where absent.'),
  container: z
    .string()
    .regex(NAME, 'expected the name or id of a container')
    .optional()
    .describe('For transport docker: the name or id of the container.'),
  over: name
    .optional()
    .describe("For transport docker: the host whose docker it is; this machine's where absent."),
});

const targetHostSchema = z.union([
  name,
  z.strictObject({
    host: name,
    roles: z
      .array(z.enum(['proxy', 'backend']))
      .min(1, 'expected at least one of proxy and backend')
      .optional()
      .describe('What the host does; both where absent.'),
  }),
]);

export const targetSchema = z.strictObject({
  url: z
    .string()
    .superRefine((text, context) => {
      const message = whyNoHttpUrl(text);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .refine((text) => !hasCredentials(text), NO_CREDENTIALS)
    .describe('What people open, e.g. https://docs.example.com/healthcheck'),
  hosts: z.array(targetHostSchema).min(1, 'expected at least one host'),
  playbook: name.optional().describe('Name of a playbook; found by what is on the hosts where absent.'),
  variables: z
    .record(
      z.string().regex(VARIABLE, 'expected a name of letters, digits and "_"'),
      z.union([z.string(), z.number(), z.boolean()]),
    )
    .optional()
    .describe("Values for the playbook's variables."),
  language: language.optional(),
});

export const configSchema = z
  .strictObject({
    hosts: z.record(name, hostSchema).optional().describe('Machines, by the name that findings use.'),
    targets: z.record(name, targetSchema).optional().describe('What can be checked, by name.'),
    defaults: z
      .strictObject({
        language: language.optional(),
        connectTimeout: z
          .string()
          .refine(
            (text) => parseDurationMs(text) !== undefined,
            'expected a duration such as 5s, 500ms or 1m',
          )
          .optional()
          .describe('5s where absent.'),
        user: user.optional(),
        keyFile: filePath.optional(),
        knownHostsFile: filePath.optional(),
      })
      .optional()
      .describe('For hosts and targets that do not say otherwise.'),
    slack: slackSchema.optional().describe('The Slack side of `goodgate start`.'),
    service: serviceSchema.optional().describe('The service that `goodgate start` runs.'),
    playbooks: z.array(filePath).optional().describe('Further folders with playbooks.'),
  })
  .describe('goodgate: hosts, and the targets that are checked on them.');

export type ConfigFile = z.infer<typeof configSchema>;
export type HostEntry = z.infer<typeof hostSchema>;
export type TargetEntry = z.infer<typeof targetSchema>;
