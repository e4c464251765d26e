import { avatar } from './avatar.js';
import { renderBlocks } from './blocks.js';
import { button, confirmed, showFaults, showModal } from './dialogs.js';
import { createMessages, isAtEnd } from './messages.js';
import { element } from './mrkdwn.js';
import { WORDS } from './words.js';

const at = (id) => document.getElementById(id);
/** Where this person looks: a channel, or the Home tab; and which thread is open. */
const looking = { user: '', place: '', tab: 'messages', thread: '' };
let state;
let context;
const showMessages = createMessages({ now: () => ({ state, context, looking }), act, openThread });

async function load() {
  const asked = new URLSearchParams({ user: looking.user, place: looking.place, thread: looking.thread });
  try {
    const answer = await fetch(`/page/state?${asked}`);
    state = await answer.json();
    show();
  } catch {
    trouble('offline');
  }
}

async function act(body) {
  trouble(undefined);
  try {
    const answer = await fetch('/page/act', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: looking.user, ...body }),
    });
    const said = await answer.json();
    if (said.error !== undefined) trouble(said.error);
    await load();
    return said;
  } catch {
    trouble('offline');
    return {};
  }
}

function trouble(kind) {
  const text = kind === undefined ? '' : ((context?.words ?? WORDS.en).trouble[kind] ?? kind);
  at('trouble').textContent = text;
  at('trouble').hidden = text === '';
}

function show() {
  // Before anything moves: who reads the newest message goes on reading it.
  const following = looking.tab === 'home' ? [] : [...document.querySelectorAll('.scroll')].filter(isAtEnd);
  looking.user = state.me;
  looking.place = state.channel;
  const words = WORDS[state.language];
  const locale = state.language === 'zh' ? 'zh-CN' : 'en-GB';
  document.documentElement.lang = locale;
  const nameOf = (id) => state.people.find((one) => one.id === id)?.name;
  const channelOf = (id) => state.channels.find((one) => one.id === id)?.name;
  context = { words, locale, nameOf, channelOf, follow };
  showFrame(words);
  showSidebar(words);
  const home = looking.tab === 'home';
  at('home').hidden = !home;
  at('messages').hidden = home;
  at('composer').hidden = home;
  at('welcome').hidden = home || state.channels[0].id !== state.channel || state.messages.length > 8;
  if (home && at('home').dataset.open !== 'yes') at('scroll').scrollTop = 0;
  at('home').dataset.open = home ? 'yes' : 'no';
  if (home) showHome(words);
  else showMessages(at('messages'), state.messages, 'channel');
  at('thread').hidden = looking.thread === '';
  document.body.classList.toggle('with-thread', looking.thread !== '');
  showMessages(at('thread-messages'), looking.thread === '' ? [] : state.thread, 'thread');
  for (const scroll of following) scroll.scrollTop = scroll.scrollHeight;
  showModal(
    state.modal,
    state.modalErrors,
    { ...viewContext('modal'), press: pressIn('modal') },
    { close: () => act({ act: 'close-modal' }), submit: (chosen) => act({ act: 'submit', chosen }) },
  );
}

function showFrame(words) {
  at('brand-note').textContent = words.note;
  at('skip').textContent = words.skip;
  at('menu').setAttribute('aria-label', words.channels);
  at('send').textContent = words.send;
  at('thread-send').textContent = words.send;
  at('thread-title').textContent = words.thread;
  at('thread-close').setAttribute('aria-label', words.close);
  at('hint').textContent = words.hint;
  const place = placeName();
  at('composer-text').placeholder = words.write(place);
  at('composer-text').setAttribute('aria-label', words.write(place));
  at('thread-text').placeholder = words.reply;
  at('thread-text').setAttribute('aria-label', words.reply);
  showOnce(at('people'), [state.me, state.language], () =>
    state.people
      .filter(({ kind }) => kind === 'person')
      .map((person) => {
        const node = button(person.realName, 'person', () => become(person.id));
        node.prepend(avatar(person));
        node.setAttribute('aria-pressed', String(person.id === state.me));
        return node;
      }),
  );
  at('people').setAttribute('aria-label', words.people);
  showWorld(words);
  showOnce(at('welcome'), [state.language], () => {
    const example = `${state.command} check docs-server`;
    const tryIt = button(words.tryIt, 'primary', () => {
      at('composer-text').value = example;
      at('composer-text').focus();
    });
    const line = element('p', { class: 'try' }, element('code', {}, example), tryIt);
    return [element('h2', {}, words.welcome), element('p', {}, words.welcomeText), line];
  });
}

function showWorld(words) {
  const { world, faults } = state;
  at('world').hidden = faults.length === 0;
  const title = faults.find(({ name }) => name === world.name)?.title ?? world.name;
  const text = {
    well: words.well,
    broken: words.broken(title),
    breaking: words.breaking,
    mending: words.mending,
  };
  if (at('world-state').textContent !== text[world.kind]) at('world-state').textContent = text[world.kind];
  at('world-state').dataset.kind = world.kind;
  at('mend').textContent = words.mend;
  at('mend').hidden = world.kind !== 'broken';
  at('break').textContent = words.break;
  at('break').disabled = world.kind === 'breaking' || world.kind === 'mending';
}

function showSidebar(words) {
  showOnce(at('sidebar'), [state.language, state.channel, looking.tab], () => {
    const entry = (label, current, go) => {
      const node = button(label, 'entry', go);
      if (current) node.setAttribute('aria-current', 'page');
      return element('li', {}, node);
    };
    const rooms = state.channels.map(({ id, name, kind }) => {
      const node = entry(`# ${name}`, id === state.channel, () => go(id, 'messages'));
      if (kind === 'private') node.firstChild.replaceChildren(lock(words), name);
      return node;
    });
    const inApp = state.channel === state.direct;
    const apps = entry('goodgate', inApp, () => go(state.direct, 'home'));
    apps.firstChild.prepend(avatar({ id: '', name: 'goodgate', kind: 'app' }));
    return [
      element('h2', {}, words.channels),
      element('ul', {}, ...rooms),
      element('h2', {}, words.apps),
      element('ul', {}, apps),
    ];
  });
  showOnce(at('pane-head'), [state.language, state.channel, looking.tab], () => {
    const title = element('h1', {}, placeName());
    if (state.channel !== state.direct) return [title];
    const tab = (name) => {
      const node = button(words[name], 'tab', () => go(state.direct, name));
      node.setAttribute('aria-pressed', String(looking.tab === name));
      return node;
    };
    return [title, tab('home'), tab('messages')];
  });
}

function placeName() {
  if (state.channel === state.direct) return 'goodgate';
  return `#${context.channelOf(state.channel)}`;
}

function showHome(words) {
  showOnce(at('home'), [state.home, state.language], () => [
    state.home === null
      ? element('p', { class: 'quiet' }, words.noHome)
      : renderBlocks(state.home.blocks, { ...viewContext('home'), press: pressIn('home') }),
  ]);
}

function viewContext(view) {
  return {
    ...context,
    async suggest(actionId, typed) {
      const said = await fetch('/page/act', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ act: 'suggest', user: looking.user, view, actionId, typed }),
      });
      return (await said.json()).options ?? [];
    },
  };
}

function pressIn(view) {
  return async (actionId, value, confirm) => {
    if (await confirmed(confirm, context)) await act({ act: 'click-in-view', view, actionId, value });
  };
}

/** A picture, because not every machine has the sign. */
function lock(words) {
  return element('span', { class: 'lock', role: 'img', 'aria-label': words.private });
}

/** Makes the nodes anew only when what they show is another. */
function showOnce(host, face, make) {
  const now = JSON.stringify(face);
  if (host.dataset.face === now) return;
  host.dataset.face = now;
  host.replaceChildren(...make());
}

function become(user) {
  looking.user = user;
  if (state.channel === state.direct) looking.place = '';
  looking.tab = 'messages';
  looking.thread = '';
  trouble(undefined);
  void load();
}

async function go(place, tab) {
  Object.assign(looking, { place, tab, thread: '' });
  showMenu(false);
  trouble(undefined);
  await load();
  if (tab === 'home') await act({ act: 'open-home' });
}

async function openThread(ts) {
  looking.thread = ts;
  await load();
  at('thread-text').focus();
}

/** Addresses of messages lead to the channel or to the thread here. */
function follow(address) {
  const url = new URL(address);
  if (url.origin !== location.origin) {
    window.open(address, '_blank', 'noopener,noreferrer');
    return;
  }
  const [, , channel, message] = url.pathname.split('/');
  const ts = url.searchParams.get('thread_ts') ?? message?.replace(/^p(\d+)(\d{6})$/u, '$1.$2');
  if (channel) Object.assign(looking, { place: channel, tab: 'messages', thread: ts ?? '' });
  void load();
}

function showMenu(open) {
  document.body.classList.toggle('with-menu', open);
  at('menu').setAttribute('aria-expanded', String(open));
}

function composer(form, field, threadTs) {
  field.addEventListener('input', () => {
    field.rows = Math.min(8, field.value.split('\n').length);
  });
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text === '') return;
    field.value = '';
    field.rows = 1;
    const said = await act({ act: 'type', channel: state.channel, text, ...threadTs() });
    if (said.error !== undefined && field.value === '') field.value = text;
  });
}

composer(at('composer'), at('composer-text'), () => ({}));
composer(at('thread-composer'), at('thread-text'), () => ({ threadTs: looking.thread }));
at('thread-close').addEventListener('click', () => {
  looking.thread = '';
  void load();
});
at('menu').addEventListener('click', () => showMenu(!document.body.classList.contains('with-menu')));
at('break').addEventListener('click', () =>
  showFaults(state.faults, context, (name) => act({ act: 'break', name })),
);
at('mend').addEventListener('click', () => act({ act: 'mend' }));
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || document.querySelector('dialog[open]') !== null) return;
  if (document.body.classList.contains('with-menu')) showMenu(false);
  else if (looking.thread !== '') at('thread-close').click();
});

const [place, thread] = location.hash.slice(1).split('/');
if (place)
  Object.assign(looking, { place: decodeURIComponent(place), thread: decodeURIComponent(thread ?? '') });
await load();
at('composer-text').focus();

/** One load at a time; a change in the meantime asks for one more. */
let loading = 'no';
async function changed() {
  if (loading !== 'no') {
    loading = 'again';
    return;
  }
  loading = 'yes';
  await load();
  const again = loading === 'again';
  loading = 'no';
  if (again) await changed();
}
const events = new EventSource('/page/events');
events.onmessage = changed;
events.onerror = () => trouble('offline');
events.onopen = () => trouble(undefined);
