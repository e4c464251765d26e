import type { Line } from '../domain/evidence.js';
import type { DirectiveRef } from './model.js';

/** The directive's literal line of the dump, for a citation. */
export function formatDirective(directive: DirectiveRef): string {
  return directive.text;
}

/** The same as evidence cites it: `line` counts from 0 within the output of `nginx -T`. */
export function citeDirective(directive: DirectiveRef): Line {
  return { text: directive.text, line: directive.dumpLine };
}

/** `/etc/nginx/sites-enabled/docs:12`, where a person would open it. */
export function formatPlace(directive: DirectiveRef): string {
  return `${directive.file}:${directive.line}`;
}
