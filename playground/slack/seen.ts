import type { Json } from './json.js';
import { type SeenMessage, seenMessage } from './seen-message.js';
import { app } from './workspace.js';

/** What emulate keeps and shows to nobody: messages to one person, and the views on each person's screen. */
export interface Seen {
  ephemeral(user: string, channel: string): readonly SeenMessage[];
  home(user: string): Json | undefined;
  /** The topmost open one. */
  modal(user: string): Json | undefined;
  /** By block, what the app said is wrong with the last submission. */
  modalErrors(user: string): Json;
  whisper(user: string, channel: string, fields: Json, ts?: string): SeenMessage;
  takeBack(user: string, channel: string, ts: string): void;
  showHome(user: string, view: Json): void;
  pushModal(user: string, view: Json): void;
  /** Wherever that view is open. */
  changeModal(view: Json): void;
  modalFails(user: string, errors: Json): void;
  popModal(user: string): void;
  clearModals(user: string): void;
  reload(user: string): void;
}

export function createSeen(changed: () => void): Seen {
  const whispers = new Map<string, SeenMessage[]>();
  const homes = new Map<string, Json>();
  const modals = new Map<string, Json[]>();
  const errors = new Map<string, Json>();
  let count = 0;

  function whisper(user: string, channel: string, fields: Json, given?: string): SeenMessage {
    count += 1;
    const ts = given ?? `${Math.floor(Date.now() / 1000)}.9${String(count).padStart(5, '0')}`;
    const message = seenMessage({ user: app.botUserId, ...fields, ts }, channel, 'one');
    const list = whispers.get(user) ?? [];
    const at = list.findIndex((one) => one.ts === ts && one.channel === channel);
    whispers.set(user, at < 0 ? [...list, message] : list.with(at, message));
    changed();
    return message;
  }

  function setModals(user: string, views: Json[]): void {
    modals.set(user, views);
    errors.delete(user);
    changed();
  }

  return {
    ephemeral: (user, channel) => (whispers.get(user) ?? []).filter((one) => one.channel === channel),
    home: (user) => homes.get(user),
    modal: (user) => modals.get(user)?.at(-1),
    modalErrors: (user) => errors.get(user) ?? {},
    whisper,
    takeBack(user, channel, ts) {
      const list = whispers.get(user) ?? [];
      whispers.set(
        user,
        list.filter((one) => one.ts !== ts || one.channel !== channel),
      );
      changed();
    },
    showHome(user, view) {
      homes.set(user, view);
      changed();
    },
    pushModal: (user, view) => setModals(user, [...(modals.get(user) ?? []), view]),
    changeModal(view) {
      const isIt = (one: Json | undefined) => one?.['id'] === view['id'];
      for (const [user, list] of modals) {
        if (list.some(isIt)) {
          setModals(
            user,
            list.map((one) => (isIt(one) ? view : one)),
          );
        }
      }
      for (const [user, home] of homes) {
        if (isIt(home)) homes.set(user, view);
      }
      changed();
    },
    modalFails(user, found) {
      errors.set(user, found);
      changed();
    },
    popModal: (user) => setModals(user, (modals.get(user) ?? []).slice(0, -1)),
    clearModals: (user) => setModals(user, []),
    reload(user) {
      whispers.delete(user);
      changed();
    },
  };
}
