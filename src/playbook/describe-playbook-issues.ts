import type { z } from 'zod';
import { suggestName } from '../config/nearest-name.js';
import type { YamlSource } from '../config/yaml-source.js';
import type { PlaceProblem } from './load-playbooks.js';

const KEYS = [
  'name',
  'title',
  'extends',
  'match',
  'variables',
  'looks',
  'rules',
  'recoveries',
  'id',
  'round',
  'on',
  'for',
  'when',
  'argv',
  'timeoutSeconds',
  'privileged',
  'cause',
  'certainty',
  'host',
  'says',
  'with',
  'cite',
  'subject',
  'otherwise',
  'because',
  'risk',
  'value',
  'en',
  'zh',
  'about',
  'default',
];

/** A playbook schema's complaints with their places. */
export function describePlaybookIssues(
  issues: readonly z.core.$ZodIssue[],
  source: YamlSource,
): PlaceProblem[] {
  return issues.flatMap((issue): PlaceProblem[] => {
    const where = issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ` : '';
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => {
        const suggestion = suggestName(key, KEYS);
        const message = `${where}unknown key "${key}"`;
        const { line } = source.positionOfKey(issue.path, key);
        return { file: source.file, line, message, ...(suggestion ? { suggestion } : {}) };
      });
    }
    return [
      { file: source.file, line: source.positionOf(issue.path).line, message: `${where}${issue.message}` },
    ];
  });
}
