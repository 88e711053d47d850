import { readSuppressionScope } from '../../rules/suppressions.js';
import { plainType } from '../page/plainWords.js';

/** The kinds of emails that a scope may name (Rules 2, suppressions). */
export const SCOPE_KINDS = ['birthday', 'effective_date', 'aep', 'post_window', 'followup', 'campaign'] as const;

/** What an element of a scope is called. */
export function scopeName(element: string): string {
  return element === 'campaign' ? 'All campaigns' : plainType(element);
}

/** What a suppression covers, in words. */
export function scopeText(text: string | null): string {
  const scope = readSuppressionScope(text);
  return scope === null ? 'everything' : Array.from(scope, scopeName).join(', ');
}
