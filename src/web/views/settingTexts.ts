import { configSections } from '../page/configFields.js';
import { textOfValue } from './settingValues.js';
import { choiceText, itemLabel, settingWords } from './settingWords.js';

const RAMP_PARTS: Readonly<Record<string, string>> = {
  start: 'first day',
  first: 'emails on it',
  growth: 'growth a day',
};

/** What a setting is called in the form. @param key its keys, joined by points, those of a ramp's parts too */
export function settingName(key: string): string {
  const path = key.split('.');
  if (path[0] === 'state_rules') return path[2] === undefined ? path[1] : `${path[1]}: ${itemLabel(path[2])}`;
  if (path[0] === 'aep') return 'Enrollment dates';
  if (path[1] !== 'ramp') return settingWords(path).label;
  const { label } = settingWords(path.slice(0, 2));
  return path[2] === undefined ? label : `${label}: ${RAMP_PARTS[path[2]] ?? path[2]}`;
}

/** The value of a setting as the form has it, shares in percent. @param json the value as JSON; undefined for the default */
export function settingText(key: string, json: string | undefined): string {
  if (json === undefined) return 'default';
  const value: unknown = JSON.parse(json);
  if (value === null) return key.startsWith('state_rules.') && key.split('.').length === 2 ? 'forbids nothing' : 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const field = configSections()
    .flatMap(({ fields }) => fields)
    .find(({ path }) => path.join('.') === key);
  const isShare = (field?.isShare ?? false) || key.endsWith('.ramp.growth');
  if (isShare) return `${textOfValue(value, { isShare })} %`;
  if (key === 'aep') return json;
  return typeof value === 'string' ? choiceText(value) : textOfValue(value);
}
