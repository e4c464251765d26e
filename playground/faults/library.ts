import { chmodSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineFault, everywhere, type Fault } from './fault.js';
import type { Scene } from './scene.js';

/** The backend's program cannot run on this system. */
export const libraryFaults: readonly Fault[] = [
  defineFault({
    name: 'shared-library-missing',
    cause: 'library-missing',
    layouts: everywhere,
    title: { en: 'A shared library of the program is missing', zh: '缺少共享库' },
    status: 502,
    async bring(scene) {
      const program = readFileSync(process.execPath);
      const name = ['libstdc++.so.6\0', 'libm.so.6\0', 'libc.so.6\0'].find((library) =>
        program.includes(library),
      );
      if (name === undefined) throw new Error(`${process.execPath} is linked to none of the usual libraries`);
      const at = program.indexOf(name);
      // The same length, another version: libstdc++.so.6 becomes libstdc++.so.9.
      program[at + name.length - 2] = '9'.charCodeAt(0);
      await installProgram(scene, program);
    },
  }),
  defineFault({
    name: 'wrong-architecture',
    cause: 'library-missing',
    layouts: everywhere,
    title: { en: 'The program was built for another processor', zh: '可执行文件架构不匹配' },
    status: 502,
    async bring(scene) {
      const program = readFileSync(process.execPath).subarray(0, 65_536);
      const copy = Buffer.from(program);
      // e_machine: 183 is AArch64, 62 is x86-64.
      copy.writeUInt16LE(copy.readUInt16LE(18) === 183 ? 62 : 183, 18);
      await installProgram(scene, copy);
    },
  }),
];

async function installProgram(
  { world, undo, restartProgram, untilState, untilSeen }: Scene,
  content: Buffer,
) {
  const link = join(world.paths.appFolder, world.names.program);
  const target = readlinkSync(link);
  rmSync(link);
  writeFileSync(link, content);
  chmodSync(link, 0o755);
  undo(() => {
    rmSync(link, { force: true });
    symlinkSync(target, link);
  });
  await restartProgram();
  await untilState('FATAL');
  await untilSeen(502);
}
