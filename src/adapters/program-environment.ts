/** Of ours, which no other program needs: a shell that looks at this machine, or a Redis that outlives us. */
const OURS = /^(?:SLACK_|GOODGATE_|REDIS_URL)/u;

/** The environment for a program that we start, without our secrets. */
export function programEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OURS.test(name)));
}
