/** What a connecting program says, in words of ours: a reader takes `python3: …` for a Python program that failed. Pure. */
import { classifyFailure } from '../probes/http/classify-failure.js';
import type { RequestOutcome } from '../probes/http/request-facts.js';
import { type SymptomText, symptomTexts } from './symptom-texts.js';

const TOOL = /^(?:python3|perl|bash|nc|dd|curl|Ncat|goodgate|\(UNKNOWN\))(?: \[[^\]]*\])?: /;

/** `python3: connect: [Errno 111] Connection refused` becomes `connection refused`; other text stays as it is. */
export function inPlainWords(text: string, language: 'en' | 'zh'): string {
  if (!TOOL.test(text)) return text;
  if (/^\w+: resolve: /.test(text)) return symptomTexts.wordUnresolved[language];
  // Words of the snippets' own.
  if (/: (?:response: closed without an answer|end)$/.test(text)) return symptomTexts.wordCut[language];
  const { outcome } = classifyFailure(text, /: response: /.test(text));
  return symptomTexts[wordOf(outcome)][language];
}

function wordOf(outcome: RequestOutcome): SymptomText {
  switch (outcome) {
    case 'refused':
      return 'wordRefused';
    case 'timeout-connect':
      return 'wordNoConnect';
    case 'timeout-response':
      return 'wordSilent';
    case 'reset':
      return 'wordReset';
    case 'closed-early':
      return 'wordCut';
    case 'tls-error':
      return 'wordTls';
    case 'unreachable':
      return 'wordUnreachable';
    case 'name-unresolved':
      return 'wordUnresolved';
    case 'socket-missing':
      return 'wordMissing';
    case 'permission-denied':
      return 'wordDenied';
    case 'no-local-port':
      return 'wordNoPort';
    case 'answered':
    case 'invalid-http':
    case 'unknown':
      return 'wordUnknown';
  }
}
