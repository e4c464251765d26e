/** What is read of `docker inspect` (Docker Engine API, "Inspect a container"), podman's like-named members included. */
import { z } from 'zod';

const text = z.string().catch('');
const names = z.array(z.string()).nullish().catch(null);
const bindings = z
  .record(
    z.string(),
    z.array(z.object({ HostIp: z.string().optional(), HostPort: z.string().optional() })).nullable(),
  )
  .nullish()
  .catch(null);
const health = z
  .object({
    Status: z.string().optional(),
    FailingStreak: z.number().optional(),
    Log: z.array(z.object({ ExitCode: z.number().optional(), Output: z.string().optional() })).nullish(),
  })
  .nullish()
  .catch(null);

export const inspectedContainer = z.object({
  Id: z.string(),
  Name: text,
  Image: text,
  ImageName: z.string().optional(),
  Created: text,
  Path: z.string().optional(),
  Args: names,
  RestartCount: z.number().catch(0),
  State: z.object({
    Status: z.string(),
    Running: z.boolean().catch(false),
    Paused: z.boolean().catch(false),
    Restarting: z.boolean().catch(false),
    OOMKilled: z.boolean().catch(false),
    ExitCode: z.number().catch(0),
    Error: text,
    Pid: z.number().catch(0),
    StartedAt: z.string().optional(),
    FinishedAt: z.string().optional(),
    Health: health,
    Healthcheck: health,
  }),
  Config: z
    .object({
      Image: z.string().optional(),
      Labels: z.record(z.string(), z.string()).nullish().catch(null),
      ExposedPorts: z.record(z.string(), z.unknown()).nullish().catch(null),
    })
    .default({}),
  HostConfig: z
    .object({
      NetworkMode: z.string().optional(),
      RestartPolicy: z.object({ Name: z.string().optional() }).nullish().catch(null),
      PortBindings: bindings,
      ExtraHosts: names,
      Memory: z.number().optional(),
    })
    .default({}),
  NetworkSettings: z
    .object({
      Ports: bindings,
      Networks: z
        .record(z.string(), z.object({ IPAddress: z.string().optional(), Aliases: names }).nullish())
        .nullish()
        .catch(null),
    })
    .default({}),
  Mounts: z
    .array(
      z.object({
        Source: z.string().optional(),
        Destination: z.string(),
        Type: z.string().optional(),
        RW: z.boolean().optional(),
      }),
    )
    .nullish()
    .catch(null),
});
