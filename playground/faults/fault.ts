import type { Layout, World } from '../world/world.js';
import { createScene, type Scene } from './scene.js';

/** Something that can be broken on purpose in a world, and mended again. */
export interface Fault {
  readonly name: string;
  /** The id of the cause that it brings about (causes.yaml). */
  readonly cause: string;
  /** Further causes, where the fault is made of two. */
  readonly alsoCauses?: readonly string[];
  readonly layouts: readonly Layout[];
  readonly title: { readonly en: string; readonly zh: string };
  readonly needsRoot?: boolean;
  /** Programs and services without which it cannot be brought about here. */
  readonly needs?: readonly Need[];
  /** What a check of the broken world should say; `httpStatus` 0: no answer at all. */
  readonly expect: { readonly verdict: 'root-cause' | 'healthy'; readonly httpStatus: number };
  /** Returns when the symptom is there. */
  break(world: World): Promise<void>;
  /** Takes its changes back, without waiting for the service. */
  undo(world: World): Promise<void>;
  /** Returns when the service is healthy again. */
  mend(world: World): Promise<void>;
}

export type Need = 'database' | 'nft' | 'memory-cgroup' | 'privileged-ports';

/** A fault as its author writes it: `bring` breaks things through the scene, which knows how to undo each step. */
export interface FaultPlan extends Omit<Fault, 'break' | 'undo' | 'mend' | 'expect'> {
  readonly status: number;
  readonly verdict?: 'root-cause' | 'healthy';
  bring(scene: Scene): Promise<void>;
}

export function defineFault(plan: FaultPlan): Fault {
  const { bring, status, verdict, ...rest } = plan;
  const scenes = new WeakMap<World, Scene>();
  const undo = async (world: World): Promise<void> => {
    await scenes.get(world)?.undoAll();
    scenes.delete(world);
  };
  const mend = async (world: World): Promise<void> => {
    await undo(world);
    await world.heal();
  };
  return {
    ...rest,
    expect: { verdict: verdict ?? 'root-cause', httpStatus: status },
    undo,
    mend,
    async break(world) {
      const scene = createScene(world);
      scenes.set(world, scene);
      try {
        await bring(scene);
      } catch (error) {
        await mend(world);
        throw error;
      }
    },
  };
}

/** Every layout with one host. */
export const single = ['onlyoffice', 'plain', 'socket', 'machine'] as const;
export const everywhere = ['onlyoffice', 'plain', 'socket', 'machine', 'two-hosts'] as const;
/** Every layout in which nginx asks for the backend by TCP. */
export const overTcp = ['onlyoffice', 'plain', 'machine', 'two-hosts'] as const;
/** The layouts with the ordinary service. */
export const services = ['plain', 'socket', 'machine', 'two-hosts'] as const;
