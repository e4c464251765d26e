/**
 * Slack's mrkdwn as nodes. Foreign text becomes text nodes only, never markup.
 * https://docs.slack.dev/messaging/formatting-message-text
 */

const EMOJI = {
  white_check_mark: '✅',
  heavy_check_mark: '✔️',
  x: '❌',
  warning: '⚠️',
  rotating_light: '🚨',
  hourglass: '⌛',
  hourglass_flowing_sand: '⏳',
  mag: '🔍',
  bulb: '💡',
  eyes: '👀',
  tada: '🎉',
  wave: '👋',
  red_circle: '🔴',
  large_green_circle: '🟢',
  large_yellow_circle: '🟡',
  white_circle: '⚪',
  arrow_right: '➡️',
  link: '🔗',
  wrench: '🔧',
};

const MARK =
  /(?<code>`[^`\n]+`)|(?<angle><[^<>\n]+>)|(?<bold>\*[^*\n]+\*)|(?<italic>_[^_\n]+_)|(?<strike>~[^~\n]+~)|(?<emoji>:[a-z0-9_+-]+:)/gu;
const WORD = /[\p{L}\p{N}]/u;

export function mrkdwn(text, context) {
  const root = document.createDocumentFragment();
  const parts = text.split('```');
  parts.forEach((part, index) => {
    // An odd part stands between two fences; the last one may have lost its closing fence.
    if (index % 2 === 1 && index < parts.length - 1) {
      root.append(element('pre', {}, decoded(part.replace(/^\n|\n$/gu, ''))));
    } else root.append(lines(index % 2 === 1 ? `\`\`\`${part}` : part, context));
  });
  return root;
}

function lines(text, context) {
  const root = document.createDocumentFragment();
  let quote;
  text.split('\n').forEach((line, index) => {
    if (line.startsWith('&gt;') || line.startsWith('>')) {
      if (quote === undefined) {
        quote = document.createElement('blockquote');
        root.append(quote);
      } else quote.append(document.createElement('br'));
      quote.append(inline(line.replace(/^(?:&gt;|>) ?/u, ''), context));
      return;
    }
    if (quote === undefined && index > 0) root.append(document.createElement('br'));
    quote = undefined;
    root.append(inline(line, context));
  });
  return root;
}

function inline(text, context) {
  const root = document.createDocumentFragment();
  let from = 0;
  for (const found of text.matchAll(MARK)) {
    const [all] = found;
    if (found.index < from) continue;
    const node = marked(found, text, context);
    if (node === undefined) continue;
    root.append(decoded(text.slice(from, found.index)), node);
    from = found.index + all.length;
  }
  root.append(decoded(text.slice(from)));
  return root;
}

function marked({ 0: all, index, groups }, text, context) {
  const inner = all.slice(1, -1);
  if (groups.angle !== undefined) return angle(inner, context);
  if (groups.code !== undefined) return element('code', {}, decoded(inner));
  if (groups.emoji !== undefined) return emoji(inner);
  // As Slack: a mark within a word is no mark, nor one with a space on its inner side.
  const before = text[index - 1] ?? '';
  const after = text[index + all.length] ?? '';
  if (WORD.test(before) || WORD.test(after) || inner !== inner.trim()) return undefined;
  const name = groups.bold !== undefined ? 'strong' : groups.italic !== undefined ? 'em' : 's';
  return element(name, {}, inline(inner, context));
}

export function emoji(code) {
  const sign = Object.hasOwn(EMOJI, code) ? EMOJI[code] : undefined;
  if (sign === undefined) return undefined;
  return element('span', { role: 'img', 'aria-label': code.replaceAll('_', ' ') }, sign);
}

function angle(inner, context) {
  const [target, ...rest] = inner.split('|');
  const label = rest.join('|');
  if (target.startsWith('!date^')) return date(target, label, context);
  if (target.startsWith('@')) {
    const name = context.nameOf(target.slice(1)) ?? target.slice(1);
    return element('span', { class: 'mention' }, `@${name}`);
  }
  if (target.startsWith('#')) {
    return element('span', { class: 'mention' }, `#${context.channelOf(target.slice(1)) ?? label}`);
  }
  if (target.startsWith('!'))
    return element('span', { class: 'mention loud' }, `@${target.slice(1).split('^')[0]}`);
  return link(unescaped(target), label === '' ? unescaped(target) : unescaped(label), context);
}

export function link(address, label, context) {
  if (!/^(?:https?:\/\/|mailto:)/u.test(address)) return document.createTextNode(label);
  const own = address.startsWith(`${location.origin}/`);
  const node = element(
    'a',
    { href: address, rel: 'noopener noreferrer', target: own ? '_self' : '_blank' },
    label,
  );
  if (own) {
    node.addEventListener('click', (event) => {
      event.preventDefault();
      context.follow(address);
    });
  }
  return node;
}

/** https://docs.slack.dev/messaging/formatting-message-text#date-formatting */
function date(target, fallback, context) {
  const [, seconds, format = ''] = target.split('^');
  const at = new Date(Number(seconds) * 1000);
  if (Number.isNaN(at.getTime())) return document.createTextNode(unescaped(fallback));
  const shown = (options) => new Intl.DateTimeFormat(context.locale, options).format(at);
  const today = new Date().toDateString() === at.toDateString();
  const short = shown({ month: 'short', day: 'numeric', year: 'numeric' });
  const long = shown({ weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' });
  const pretty = (text) => (today ? context.words.today : text);
  const words = {
    date_num: at.toISOString().slice(0, 10),
    date: shown({ month: 'long', day: 'numeric', year: 'numeric' }),
    date_short: short,
    date_long: long,
    date_pretty: pretty(shown({ month: 'long', day: 'numeric', year: 'numeric' })),
    date_short_pretty: pretty(short),
    date_long_pretty: pretty(long),
    time: shown({ hour: 'numeric', minute: '2-digit' }),
    time_secs: shown({ hour: 'numeric', minute: '2-digit', second: '2-digit' }),
  };
  const text = format.replace(/\{([a-z_]+)\}/gu, (all, key) =>
    Object.hasOwn(words, key) ? words[key] : all,
  );
  return element('time', { datetime: at.toISOString(), title: unescaped(fallback) }, unescaped(text));
}

function decoded(text) {
  return document.createTextNode(unescaped(text));
}

/** The three that Slack escapes; `&amp;` last, so that nothing is decoded twice. */
export function unescaped(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children);
  return node;
}
