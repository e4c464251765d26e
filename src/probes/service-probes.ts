import { backendConfig } from './backend/backend-config.js';
import { backendLog } from './backend/backend-log.js';
import { httpRequest } from './http/http-request.js';
import { nginxAccessLog } from './nginx/access-log.js';
import { nginxErrorLog } from './nginx/error-log.js';
import { nginxDump } from './nginx/nginx-dump.js';
import { nginxProcesses } from './nginx/nginx-processes.js';

/** Kinds about requests, nginx and the backend's own words. */
export const serviceProbes = [
  httpRequest,
  nginxDump,
  nginxProcesses,
  nginxErrorLog,
  nginxAccessLog,
  backendLog,
  backendConfig,
] as const;
