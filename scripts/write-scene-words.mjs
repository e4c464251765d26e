// Writes docs/scene-words.md, the words that a playbook's conditions may use, from src/diagnosis/scene-types.ts.
// With --print it only shows them.
import { readFileSync, writeFileSync } from 'node:fs';
import { sceneWords } from './scene-words.mjs';

const source = readFileSync(new URL('../src/diagnosis/scene-types.ts', import.meta.url), 'utf8');
const words = sceneWords(source);
if (process.argv.includes('--print')) {
  process.stdout.write(words);
} else {
  writeFileSync(new URL('../docs/scene-words.md', import.meta.url), words);
}
