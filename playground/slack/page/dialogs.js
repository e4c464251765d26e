/** Dialogs: a confirmation, the app's modal, and the menu of what can be broken. */
import { renderBlocks, renderText } from './blocks.js';
import { element } from './mrkdwn.js';

const host = document.getElementById('dialogs');

function opened(title, body, buttons, cancelled, label = title) {
  const name = `title-${crypto.randomUUID()}`;
  const head = element('h2', { id: name }, title);
  const node = element('dialog', { 'aria-labelledby': name }, head, body, element('footer', {}, ...buttons));
  node.addEventListener('cancel', (event) => {
    event.preventDefault();
    cancelled();
  });
  node.dataset.label = label;
  host.append(node);
  node.showModal();
  return node;
}

export function button(text, look, act) {
  const node = element('button', { type: 'button', class: look }, text);
  node.addEventListener('click', act);
  return node;
}

/** Slack's confirmation dialog; answers whether it was confirmed. */
export function confirmed(shape, context) {
  if (shape === undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    function close(answer) {
      node.remove();
      resolve(answer);
    }
    const yes = button(shape.confirm.text, shape.style ?? 'primary', () => close(true));
    const no = button(shape.deny.text, 'plain', () => close(false));
    const body = element('div', { class: 'dialog-body' }, renderText(shape.text, context));
    const node = opened(shape.title.text, body, [no, yes], () => close(false));
    no.focus();
  });
}

let modal;
let shownModal = '';

/** Keeps what was typed while the same view stands open. */
export function showModal(view, errors, context, acts) {
  const now = JSON.stringify([view?.id, view?.hash, errors, context.locale]);
  if (now === shownModal) return;
  shownModal = now;
  const before = modal === undefined ? {} : chosen(modal);
  modal?.remove();
  modal = undefined;
  if (view === null) return;
  const body = element('div', { class: 'dialog-body' }, renderBlocks(view.blocks, { ...context, errors }));
  const foreign = Object.entries(errors).filter(
    ([block]) => !view.blocks.some((one) => one.block_id === block),
  );
  for (const [, text] of foreign) body.prepend(element('p', { class: 'error', role: 'alert' }, text));
  const close = button(view.close?.text ?? context.words.cancel, 'plain', acts.close);
  const node = opened(view.title.text, body, [close], acts.close);
  modal = node;
  for (const field of node.querySelectorAll('[data-action]')) {
    const kept = before[field.dataset.action];
    if (kept !== undefined && 'value' in field && field.tagName !== 'BUTTON') field.value = kept;
  }
  if (view.submit === undefined || view.submit === null) return;
  const send = button(view.submit.text, 'primary', () => acts.submit(chosen(node)));
  node.querySelector('footer').append(send);
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.target.tagName !== 'INPUT') return;
    event.preventDefault();
    acts.submit(chosen(node));
  });
}

function chosen(node) {
  const fields = [...node.querySelectorAll('input[data-action], textarea[data-action], select[data-action]')];
  return Object.fromEntries(
    fields.filter((one) => one.value !== '').map((one) => [one.dataset.action, one.value]),
  );
}

export function showFaults(faults, context, choose) {
  const { words } = context;
  const list = element('div', { class: 'dialog-body faults' }, element('p', {}, words.breakText));
  const close = button(words.close, 'plain', () => node.remove());
  for (const { name, title, does } of faults) {
    const one = element('button', { type: 'button', class: 'fault', 'data-fault': name });
    one.append(element('strong', {}, title), element('span', {}, does));
    one.addEventListener('click', () => {
      node.remove();
      choose(name);
    });
    list.append(one);
  }
  const node = opened(words.breakTitle, list, [close], () => node.remove());
}
