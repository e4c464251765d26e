import { join } from 'node:path';
import type { Names } from './names.js';
import type { Paths } from './paths.js';

/** What nginx's configuration depends on. */
export interface NginxPlan {
  readonly folder: string;
  readonly paths: Paths;
  readonly names: Names;
  readonly listen: string;
  /** What stands after `server` in the upstream group: `localhost:8000`, `unix:/run/app.sock`. */
  readonly upstream: string;
  readonly user: string | undefined;
}

/** nginx.conf; `http` lines differ between the document server and an ordinary service. */
export function renderNginxConf(plan: NginxPlan, httpLines: readonly string[]): string {
  const temp = join(plan.folder, 'var/lib/nginx');
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `${plan.user === undefined ? '' : `user ${plan.user};\n`}worker_processes 1;
pid ${plan.paths.nginxPid};
error_log ${plan.paths.errorLog};

events {
    worker_connections 512;
}

http {
    default_type application/octet-stream;
    server_tokens off;
    keepalive_timeout 65;
${kinds.map((kind) => `    ${kind}_temp_path ${join(temp, kind)};`).join('\n')}
${httpLines.map((line) => `    ${line}`).join('\n')}
    include ${join(plan.paths.sitesFolder, '*.conf')};
}
`;
}

/** The document server's way: maps and WebSocket headers at http level, regex locations, no access log. */
export function renderOnlyofficeSite(plan: NginxPlan): {
  readonly http: readonly string[];
  readonly site: string;
} {
  const site = `upstream ${plan.names.upstream} {
    server ${plan.upstream} max_fails=0 fail_timeout=0s;
}

map $http_x_forwarded_proto $the_scheme {
    default $http_x_forwarded_proto;
    "" $scheme;
}

map $http_x_forwarded_host $the_host {
    default $http_x_forwarded_host;
    "" $http_host;
}

map $http_upgrade $proxy_connection {
    default upgrade;
    "" close;
}

proxy_http_version 1.1;
proxy_set_header Host $http_host;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection $proxy_connection;
proxy_set_header X-Forwarded-Host $the_host;
proxy_set_header X-Forwarded-Proto $the_scheme;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;

server {
    listen ${plan.listen};
    server_tokens off;
    client_max_body_size 100m;

    rewrite ^/$ $the_scheme://$the_host/welcome/ redirect;
    rewrite ^/OfficeWeb(/apps/.*)$ $the_scheme://$the_host/web-apps$1 redirect;

    location ~* ^(/[\\d]+\\.[\\d]+\\.[\\d]+[.-][\\w]+)?/(info|internal)(/.*)$ {
        allow 127.0.0.1;
        deny all;
        proxy_pass http://${plan.names.upstream}/$2$3;
    }

    location /welcome/ {
        default_type text/html;
        return 200 "<title>Document Server</title>";
    }

    location ~ ^/[\\d]+\\.[\\d]+\\.[\\d]+[.-][\\w]+(/.*)$ {
        proxy_pass http://${plan.names.upstream}$1$is_args$args;
    }

    location / {
        proxy_pass http://${plan.names.upstream};
    }
}
`;
  return { http: ['access_log off;'], site };
}

/** An ordinary service: one prefix location for everything, static files apart, an access log with upstream fields. */
export function renderServiceSite(plan: NginxPlan): {
  readonly http: readonly string[];
  readonly site: string;
} {
  const site = `upstream ${plan.names.upstream} {
    server ${plan.upstream};
}

server {
    listen ${plan.listen};
    server_name _;
    client_max_body_size 10m;

    location /static/ {
        expires 1h;
        proxy_pass http://${plan.names.upstream};
    }

    location / {
        proxy_http_version 1.1;
        proxy_set_header Host $host;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_connect_timeout 4s;
        proxy_read_timeout 5s;
        proxy_pass http://${plan.names.upstream};
    }
}
`;
  const http = [
    'map $http_upgrade $connection_upgrade { default upgrade; "" close; }',
    `log_format main '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '`,
    `    '"$http_referer" "$http_user_agent" $request_time $upstream_addr $upstream_status $upstream_response_time';`,
    `access_log ${plan.paths.accessLog} main;`,
  ];
  return { http, site };
}
