import { type Json, jsonObject, objectIn, objectsIn, textIn } from './json.js';
import { actionTs } from './payloads.js';

/** The element with that action id among blocks; of several, the one with that value. */
export function findElement(
  blocks: readonly Json[],
  actionId: string,
  value?: string,
): { readonly block: Json; readonly element: Json } | undefined {
  const all = blocks.flatMap((block) => elementsOf(block).map((element) => ({ block, element })));
  const named = all.filter(({ element }) => element['action_id'] === actionId);
  if (value === undefined) return named[0];
  return named.find(({ element }) => element['value'] === value || optionOf(element, value) !== undefined);
}

/** What a click on it says: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export function actionOf(block: Json, element: Json, value?: string): Json {
  const type = textIn(element, 'type');
  const about = {
    type,
    action_id: element['action_id'],
    block_id: textIn(block, 'block_id') || 'b1',
    action_ts: actionTs(),
  };
  switch (type) {
    case 'button':
      return {
        ...about,
        text: element['text'],
        ...(element['value'] === undefined ? {} : { value: element['value'] }),
        ...(element['style'] === undefined ? {} : { style: element['style'] }),
      };
    case 'external_select':
      return { ...about, selected_option: { text: plain(value ?? ''), value } };
    case 'plain_text_input':
      return { ...about, value };
    default:
      return { ...about, selected_option: optionOf(element, value ?? '') ?? null };
  }
}

/** A modal's state as a submission brings it: `values[block_id][action_id]`, of what was chosen and what was there. */
export function viewState(blocks: readonly Json[], chosen: Readonly<Record<string, string>>): Json {
  const values: Record<string, Record<string, Json>> = {};
  for (const block of blocks) {
    for (const element of elementsOf(block)) {
      const state = elementState(element, chosen[textIn(element, 'action_id')]);
      const inBlock = textIn(block, 'block_id') || 'b1';
      if (state !== undefined) {
        values[inBlock] = { ...values[inBlock], [textIn(element, 'action_id')]: state };
      }
    }
  }
  return values;
}

function elementsOf(block: Json): Json[] {
  const single = [objectIn(block, 'accessory'), objectIn(block, 'element')].filter(
    (one) => one !== undefined,
  );
  return [...objectsIn(block, 'elements'), ...single];
}

function elementState(element: Json, chosen: string | undefined): Json | undefined {
  const type = textIn(element, 'type');
  switch (type) {
    case 'plain_text_input':
      return { type, value: chosen ?? element['initial_value'] ?? null };
    case 'static_select': {
      const option = chosen === undefined ? element['initial_option'] : optionOf(element, chosen);
      return { type, selected_option: option ?? null };
    }
    case 'external_select':
      return {
        type,
        selected_option:
          chosen === undefined || chosen === ''
            ? (element['initial_option'] ?? null)
            : { text: plain(chosen), value: chosen },
      };
    default:
      return undefined;
  }
}

function optionOf(element: Json, value: string): Json | undefined {
  const groups = objectsIn(element, 'option_groups').flatMap((group) => objectsIn(group, 'options'));
  const initial = jsonObject(element['initial_option']);
  const all = [...objectsIn(element, 'options'), ...groups, ...(initial === undefined ? [] : [initial])];
  return all.find((one) => one['value'] === value);
}

function plain(text: string): Json {
  return { type: 'plain_text', text, emoji: true };
}
