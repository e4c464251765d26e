/** Block Kit as nodes, for the blocks that goodgate uses. https://docs.slack.dev/reference/block-kit/blocks */
import { element, emoji, link, mrkdwn, unescaped } from './mrkdwn.js';

/** `context.press(actionId, value, confirm)` is called for clicks and choices. */
export function renderBlocks(blocks, context) {
  const root = element('div', { class: 'blocks' });
  for (const block of blocks) {
    const shape = Object.hasOwn(SHAPES, block.type) ? SHAPES[block.type] : undefined;
    root.append(
      shape === undefined ? element('p', { class: 'unknown' }, `[${block.type}]`) : shape(block, context),
    );
  }
  return root;
}

export function renderText(object, context) {
  if (object === undefined || object === null) return document.createTextNode('');
  return object.type === 'mrkdwn' ? mrkdwn(object.text, context) : plain(object);
}

/** plain_text is plain: a code of an emoji counts only where the message asks for it. */
function plain({ text, emoji: codes }) {
  const root = document.createDocumentFragment();
  for (const part of codes === true ? text.split(/(:[a-z0-9_+-]+:)/u) : [text]) {
    root.append((/^:.+:$/u.test(part) ? emoji(part.slice(1, -1)) : undefined) ?? part);
  }
  return root;
}

const SHAPES = {
  header: (block, context) => element('h3', { class: 'b-header' }, renderText(block.text, context)),
  divider: () => element('hr'),
  section,
  context(block, context) {
    const parts = block.elements.map((one) =>
      one.type === 'image' ? image(one, context) : element('span', {}, renderText(one, context)),
    );
    return element('div', { class: 'b-context' }, ...parts);
  },
  actions: (block, context) =>
    element('div', { class: 'b-actions' }, ...block.elements.map((one) => control(one, context))),
  input,
  image,
  rich_text: (block, context) => element('div', {}, ...block.elements.map((one) => richText(one, context))),
};

function section(block, context) {
  const words = element('div', { class: 'b-words' });
  if (block.text) words.append(element('div', {}, renderText(block.text, context)));
  if (block.fields) {
    const fields = block.fields.map((field) => element('div', {}, renderText(field, context)));
    words.append(element('div', { class: 'b-fields' }, ...fields));
  }
  const node = element('div', { class: 'b-section' }, words);
  if (block.accessory) node.append(control(block.accessory, context));
  return node;
}

/** A picture from elsewhere is not fetched: what it shows is said. */
function image(block) {
  return element('span', { class: 'unknown' }, `🖼 ${block.alt_text ?? ''}`);
}

function input(block, context) {
  const id = `input-${block.block_id}`;
  const error = context.errors?.[block.block_id];
  const label = element('label', { for: id }, renderText(block.label, context));
  if (block.optional) label.append(element('span', { class: 'optional' }, ` ${context.words.optional}`));
  const node = element(
    'div',
    { class: error ? 'b-input wrong' : 'b-input' },
    label,
    field(block.element, id, context),
  );
  if (block.hint) node.append(element('p', { class: 'hint' }, renderText(block.hint, context)));
  if (error) node.append(element('p', { class: 'error', role: 'alert' }, error));
  return node;
}

function field(shape, id, context) {
  switch (shape.type) {
    case 'plain_text_input':
      return textInput(shape, id);
    case 'static_select':
      return select(shape, id);
    case 'external_select':
      return externalSelect(shape, id, context);
    default:
      return element('span', { class: 'unknown' }, `[${shape.type}]`);
  }
}

function textInput(shape, id) {
  const node = element(shape.multiline ? 'textarea' : 'input', {
    id,
    'data-action': shape.action_id,
    placeholder: shape.placeholder?.text,
    maxlength: shape.max_length,
  });
  node.value = shape.initial_value ?? '';
  return node;
}

function select(shape, id) {
  const node = element('select', { id, 'data-action': shape.action_id });
  if (shape.initial_option === undefined) {
    node.append(element('option', { value: '' }, shape.placeholder?.text ?? '…'));
  }
  const groups = shape.option_groups?.flatMap((group) => group.options) ?? [];
  for (const option of [...(shape.options ?? []), ...groups]) {
    node.append(element('option', { value: option.value }, option.text.text));
  }
  if (shape.initial_option !== undefined) node.value = shape.initial_option.value;
  return node;
}

/** The app is asked while somebody types. */
function externalSelect(shape, id, context) {
  const list = element('datalist', { id: `${id}-options` });
  const node = element('input', {
    id,
    list: `${id}-options`,
    'data-action': shape.action_id,
    placeholder: shape.placeholder?.text,
    autocomplete: 'off',
  });
  node.value = shape.initial_option?.value ?? '';
  async function ask() {
    const options = await context.suggest(shape.action_id, node.value);
    list.replaceChildren(...options.map(({ value, text }) => element('option', { value }, text)));
  }
  node.addEventListener('input', ask);
  node.addEventListener('focus', ask);
  return element('div', {}, node, list);
}

function control(shape, context) {
  const press = (value) => context.press(shape.action_id, value, shape.confirm);
  switch (shape.type) {
    case 'button': {
      const look = { type: 'button', class: shape.style ?? 'plain', 'aria-label': shape.accessibility_label };
      const node = element(
        'button',
        { ...look, 'data-action': shape.action_id },
        renderText(shape.text, context),
      );
      node.addEventListener('click', () => {
        press(shape.value);
        if (shape.url) context.follow(shape.url);
      });
      return node;
    }
    case 'static_select':
    case 'overflow': {
      const first = shape.type === 'overflow' ? '⋯' : (shape.placeholder?.text ?? '…');
      const node = select({ ...shape, placeholder: { text: first } }, undefined);
      node.setAttribute('aria-label', shape.placeholder?.text ?? context.words.more);
      if (shape.type === 'overflow') node.classList.add('overflow');
      node.addEventListener('change', () => {
        if (node.value !== '') press(node.value);
      });
      return node;
    }
    case 'external_select': {
      const node = externalSelect(shape, `act-${shape.action_id}`, context);
      node.querySelector('input').addEventListener('change', (event) => {
        if (event.target.value !== '') press(event.target.value);
      });
      return node;
    }
    case 'image':
      return image(shape);
    default:
      return element('span', { class: 'unknown' }, `[${shape.type}]`);
  }
}

function richText(part, context) {
  const children = (part.elements ?? []).map((one) => richPiece(one, context));
  switch (part.type) {
    case 'rich_text_preformatted':
      return element('pre', {}, ...children);
    case 'rich_text_quote':
      return element('blockquote', {}, ...children);
    case 'rich_text_list':
      return element(part.style === 'ordered' ? 'ol' : 'ul', {}, ...children);
    default:
      return element('div', {}, ...children);
  }
}

function richPiece(one, context) {
  switch (one.type) {
    case 'text': {
      const name = one.style?.code ? 'code' : one.style?.bold ? 'strong' : one.style?.italic ? 'em' : 'span';
      return element(name, {}, one.text);
    }
    case 'link':
      return link(one.url, one.text ?? one.url, context);
    case 'emoji':
      return emoji(one.name) ?? `:${one.name}:`;
    case 'user':
      return element('span', { class: 'mention' }, `@${context.nameOf(one.user_id) ?? one.user_id}`);
    case 'rich_text_section':
      return element('li', {}, richText(one, context));
    default:
      return unescaped(one.text ?? '');
  }
}
