/**
 * The page about the words of the scene. It is read from the source text rather than from the built table, because
 * the comments there say what a word means.
 */
export function sceneWords(source) {
  const types = [];
  const variables = [];
  let table;
  let comment = '';
  for (const line of source.split('\n')) {
    const text = line.trim();
    if (line.startsWith('export const sceneTypes')) table = 'types';
    else if (line.startsWith('export const sceneVariables')) table = 'variables';
    else if (line.startsWith('}')) table = undefined;
    if (table === undefined) continue;
    const said = /^\/\*\* (.*) \*\/$/u.exec(text);
    if (said) {
      comment = said[1];
      continue;
    }
    const [, name] = /^(\w+): \{/u.exec(text) ?? [];
    if (name !== undefined && table === 'types') {
      types.push({ name, about: comment, fields: [] });
      comment = '';
    }
    for (const [, field, type] of text.matchAll(/(\w+): '([^']+)'/gu)) {
      if (field !== 'cite') {
        const fields = table === 'types' ? types.at(-1).fields : variables;
        fields.push({ field, type, about: comment });
      }
      comment = '';
    }
  }
  return [
    '# The words of the scene',
    '',
    'What conditions in a playbook may speak of, and the type of each word. How to use them: [playbooks.md](playbooks.md).',
    'This page is written from `src/diagnosis/scene-types.ts` by `npm run write:docs`.',
    '',
    'A field that could not be seen is absent, and a condition that needs it is *unknown*. Every object also has `cite`,',
    'a `list<string>` of references to the lines that show what it says.',
    '',
    '## At the top',
    '',
    ...tableOf(variables, types),
    ...types.flatMap(({ name, about, fields }) => [
      '',
      `## ${name}`,
      '',
      ...(about === '' ? [] : [about, '']),
      ...tableOf(fields, types),
    ]),
    '',
  ].join('\n');
}

function tableOf(fields, types) {
  const rows = fields.map(({ field, type, about }) => `| \`${field}\` | ${linked(type, types)} | ${about} |`);
  return ['| word | type | says |', '|---|---|---|', ...rows];
}

function linked(type, types) {
  const inner = /^list<(.+)>$/u.exec(type)?.[1] ?? type;
  const known = types.some(({ name }) => name === inner);
  return known
    ? `[${type.replace('<', '&lt;').replace('>', '&gt;')}](#${inner.toLowerCase()})`
    : `\`${type}\``;
}
