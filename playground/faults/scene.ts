import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { giveTo } from '../world/accounts.js';
import { renderPackageJson } from '../world/app-install.js';
import { pause, waitUntil } from '../world/wait-until.js';
import type { Seen, World } from '../world/world.js';
import { changeSetting, type SettingName } from './settings-change.js';

/** The hands of a fault: each step registers how it is undone. */
export interface Scene {
  readonly world: World;
  undo(step: () => void | Promise<void>): void;
  undoAll(): Promise<void>;
  /** Replaces text in a file; throws where it does not occur. */
  edit(file: string, from: string | RegExp, to: string): void;
  /** Writes a file that was not there, or another content into one that was. */
  write(file: string, text: string, owner?: string | undefined): void;
  remove(file: string): void;
  /** Changes the backend's configuration (local.json). */
  configure(setting: SettingName, value: unknown): void;
  /** Installs another build of the backend: same settings, other traits (world/app/behaviour.ts). */
  release(traits: object): void;
  restartProgram(): Promise<void>;
  program: string;
  untilState(...states: readonly string[]): Promise<void>;
  /** Asks through nginx until the answer is as wanted. */
  untilSeen(status: number, body?: string): Promise<void>;
  untilLogged(file: string, text: string): Promise<void>;
  /** Opens TCP connections from this process and keeps them until the fault is mended. */
  hold(count: number, host: string, port: number, opening?: string): Promise<void>;
}

export function createScene(world: World): Scene {
  const undos: (() => void | Promise<void>)[] = [];
  const { supervisor, names, paths } = world;
  const program = `${names.group}:${names.program}`;
  const scene: Scene = {
    world,
    program,
    undo: (step) => void undos.push(step),
    async undoAll() {
      for (const step of undos.splice(0).reverse()) await step();
    },
    edit(file, from, to) {
      const before = readFileSync(file, 'utf8');
      const after = before.replace(from, to);
      if (after === before) throw new Error(`${file} does not contain ${from}`);
      scene.write(file, after);
    },
    write(file, text, owner) {
      const before = contentOf(file);
      writeFileSync(file, text);
      if (owner !== undefined) giveTo(file, owner);
      undos.push(() => (before === undefined ? rmSync(file, { force: true }) : writeFileSync(file, before)));
    },
    remove(file) {
      const before = readFileSync(file);
      const { mode } = statSync(file);
      rmSync(file);
      undos.push(() => writeFileSync(file, before, { mode }));
    },
    configure(setting, value) {
      const isOnlyoffice = world.layout === 'onlyoffice';
      scene.write(
        paths.localJson,
        changeSetting(readFileSync(paths.localJson, 'utf8'), isOnlyoffice, setting, value),
      );
    },
    release: (traits) => scene.write(paths.packageJson, renderPackageJson(names.program, traits)),
    async restartProgram() {
      await supervisor.ctl('restart', program);
    },
    untilState: (...states) =>
      waitUntil(`${program} is ${states.join(' or ')}`, async () => {
        const state = await supervisor.state(names.program);
        return states.includes(state) || state;
      }),
    untilSeen: (status, body) =>
      waitUntil(
        `nginx answers ${status} ${body ?? ''}`,
        async () => {
          const seen = await world.request({ timeoutMs: 12_000 });
          return isAsWanted(seen, status, body) || `${seen.status} ${seen.body.slice(0, 60)}`;
        },
        25_000,
        100,
      ),
    untilLogged: (file, text) =>
      waitUntil(
        `${file} says ${text}`,
        async () => contentOf(file)?.includes(text) === true || 'nothing of it',
      ),
    async hold(count, host, port, opening) {
      const sockets: Socket[] = [];
      undos.push(() => {
        for (const socket of sockets) socket.destroy();
      });
      for (let made = 0; made < count; made += 1) sockets.push(openSocket(host, port, opening));
      await pause(300);
    },
  };
  return scene;
}

function openSocket(host: string, port: number, opening: string | undefined): Socket {
  const socket = connect({ host, port });
  socket.on('error', () => undefined);
  socket.on('data', () => undefined);
  if (opening !== undefined) socket.write(opening);
  socket.unref();
  return socket;
}

function isAsWanted(seen: Seen, status: number, body: string | undefined): boolean {
  return seen.status === status && (body === undefined || seen.body.includes(body));
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** A WebSocket opening handshake as a browser sends it. */
export function webSocketOpening(path: string, host: string): string {
  const key = Buffer.from('the sample nonce').toString('base64');
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`;
}
