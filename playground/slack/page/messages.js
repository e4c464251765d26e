import { avatar } from './avatar.js';
import { renderBlocks } from './blocks.js';
import { button, confirmed } from './dialogs.js';
import { element, mrkdwn } from './mrkdwn.js';

/** Messages of a channel or a thread. `page.now()`: what is shown, to whom, and in which words. */
export function createMessages(page) {
  const told = new Set();

  /** Messages that are the same as before keep their nodes, and with them focus and selection. */
  function show(list, messages, where) {
    const { state, looking } = page.now();
    const scroll = list.closest('.scroll');
    const place = `${looking.user} ${state.channel} ${where === 'thread' ? looking.thread : ''}`;
    const moved = list.dataset.place !== place;
    if (moved) list.replaceChildren();
    list.dataset.place = place;
    const before = new Map([...list.children].map((node) => [node.dataset.ts, node]));
    const seen = new Set();
    let previous;
    for (const message of messages) {
      const face = JSON.stringify([message, where === 'thread' ? state.files : []]);
      let node = before.get(message.ts);
      if (node === undefined || node.dataset.face !== face) {
        const fresh = renderMessage(message, where);
        fresh.dataset.face = face;
        if (node === undefined) {
          if (!moved) announce(message);
          node = fresh;
        } else node = replaced(node, fresh);
      }
      const next = previous === undefined ? list.firstChild : previous.nextSibling;
      if (next !== node) list.insertBefore(node, next);
      previous = node;
      seen.add(message.ts);
    }
    for (const [ts, node] of before) if (!seen.has(ts)) node.remove();
    if (moved) scroll.scrollTop = scroll.scrollHeight;
  }

  function announce({ ts, user, text }) {
    const { context, looking } = page.now();
    if (told.has(ts) || user === looking.user) return;
    told.add(ts);
    document
      .getElementById('live')
      .replaceChildren(context.words.newMessage(context.nameOf(user) ?? '', ''), mrkdwn(text, context));
  }

  function renderMessage(message, where) {
    const { context, state } = page.now();
    const { words } = context;
    const author = state.people.find(({ id }) => id === message.user) ?? {
      id: '',
      name: 'goodgate',
      kind: 'app',
    };
    const time = new Date(Number(message.ts) * 1000);
    const clock = new Intl.DateTimeFormat(context.locale, { hour: '2-digit', minute: '2-digit' }).format(
      time,
    );
    const head = element('div', { class: 'm-head' }, element('strong', {}, author.realName ?? author.name));
    if (author.kind === 'app') head.append(element('span', { class: 'badge' }, words.app));
    head.append(element('time', { datetime: time.toISOString() }, clock));
    if (message.shownTo === 'one') head.append(element('span', { class: 'only' }, words.onlyYou));
    const body = element('div', { class: 'm-body' });
    if (message.blocks.length > 0) body.append(renderBlocks(message.blocks, messageContext(message)));
    else if (message.text !== '') body.append(element('div', {}, mrkdwn(message.text, context)));
    for (const file of message.files) body.append(renderFile(file));
    const node = element('li', {
      class: `message ${message.shownTo}`,
      'data-ts': message.ts,
      tabindex: '-1',
    });
    node.append(
      avatar(author),
      element('div', { class: 'm-all' }, head, body, tools(message, where, author)),
    );
    return node;
  }

  function messageContext({ channel, ts }) {
    const { context } = page.now();
    return {
      ...context,
      suggest: async () => [],
      async press(actionId, value, confirm) {
        if (await confirmed(confirm, context)) await page.act({ act: 'click', channel, ts, actionId, value });
      },
    };
  }

  function tools(message, where, author) {
    const { state, context } = page.now();
    const { words } = context;
    const { channel, ts } = message;
    const node = element('div', { class: 'm-tools' });
    if (message.shownTo === 'one') return node;
    if (where === 'channel' && message.replies > 0) {
      node.append(button(words.replies(message.replies), 'replies', () => page.openThread(ts)));
    }
    const more = element('span', { class: 'm-more' });
    if (where === 'channel' && message.replies === 0) {
      more.append(button(words.openThread, 'small', () => page.openThread(ts)));
    }
    // Slack offers it everywhere; on goodgate's own messages it would only be in the way.
    if (author.id !== state.bot) {
      more.append(button(words.diagnose, 'small', () => page.act({ act: 'shortcut', channel, ts })));
    }
    if (more.childElementCount > 0) node.append(more);
    return node;
  }

  function renderFile(file) {
    const { state, context } = page.now();
    const { words } = context;
    const content = state.files.find(({ id }) => id === file.id)?.content;
    const node = element('div', { class: 'file' }, element('strong', {}, file.title ?? file.name));
    node.append(element('span', { class: 'quiet' }, file.name));
    if (content === undefined) return node;
    const text = element('pre', { hidden: true, tabindex: '0' }, content);
    const toggle = button(words.file, 'small', () => {
      text.hidden = !text.hidden;
      toggle.textContent = text.hidden ? words.file : words.hide;
    });
    node.append(toggle, text);
    return node;
  }

  return show;
}

/** A message that is edited under somebody's hands leaves the keyboard where it was, on the same button. */
function replaced(node, fresh) {
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.action : undefined;
  node.replaceWith(fresh);
  const again = [...fresh.querySelectorAll('[data-action]')].find((one) => one.dataset.action === focused);
  if (focused !== undefined) again?.focus();
  return fresh;
}

export function isAtEnd({ scrollHeight, scrollTop, clientHeight }) {
  return scrollHeight - scrollTop - clientHeight < 80;
}
