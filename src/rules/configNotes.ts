import { STATES } from './states.js';

/**
 * What each key of the configuration means, in a sentence (Rules 12), by the keys that lead to it: `*` stands for a state or kind, `[]` for
 * an element of a list. Editors show them (the JSON Schema), and the defaults as a file.
 */
const NOTES: Readonly<Record<string, string>> = {
  timezone: "Where today is, when no day is named: a time zone's name.",
  send_time: "The time of day of every email, 'HH:MM:SS' in quotes.",
  reading: 'How fields are read.',
  'reading.dates': 'The order of dates such as 7/4/1960: iso takes none of them, mdy month first, dmy day first.',
  birthday_email_days_before: 'Days from the birthday email to the birthday, 0 to 366.',
  effective_date_days_before: 'Days from the policy email to the anniversary of the policy, 0 to 366.',
  pre_window_exclusion_days: 'Days kept free in front of every window that a state forbids.',
  aep: 'The dates of the annual enrollment emails; an empty list means none.',
  'aep[].month': 'The month of the date, 1 to 12.',
  'aep[].day': 'The day of that month.',
  'aep[].deadline_month': 'The month of the last day on which the email makes sense, of the same year.',
  'aep[].deadline_day': 'The day of that month.',
  state_rules:
    "When states forbid emails. A rule that is named here replaces the state's own as a whole, null removes it; states that are left out keep theirs.",
  'state_rules.*': 'The rule of this state; null for none.',
  'state_rules.*.kind':
    'Whether windows lie around the birthday or the anniversary of the policy, or every day is forbidden.',
  'state_rules.*.before': 'Days before the date that are forbidden.',
  'state_rules.*.after': 'Days after the date that are forbidden, the last one included.',
  'state_rules.*.use_month_start': "Whether windows lie around the first day of the date's month instead of the date.",
  'state_rules.*.buffer': 'Days kept free in front of the window; null takes pre_window_exclusion_days.',
  organization: 'What the organization does.',
  'organization.enable_post_window_emails': 'Whether contacts get an email when a window ends that kept one from them.',
  'organization.effective_date_first_email_months':
    'A policy gets anniversary emails when it is older than so many months.',
  'organization.exclude_failed_underwriting_global':
    'Whether contacts that failed underwriting get nothing but annual enrollment (aep) emails.',
  'organization.send_without_zipcode_for_universal':
    'Whether contacts of unknown state get campaigns that are for everybody.',
  'organization.suppress_after_bounces': 'How many bounced emails suppress a contact; 0 turns the rule off.',
  frequency: 'How often a contact is written to.',
  'frequency.max_emails_per_period': 'Emails in a period at most; 0 turns the rule off.',
  'frequency.frequency_period_days': 'Days of a period.',
  calendar: 'The days on which emails go out.',
  'calendar.weekdays': 'The weekdays on which emails go out, at least one.',
  'calendar.us_federal_holidays': 'Whether nothing goes out on federal holidays, as they are observed.',
  'calendar.closed': "Further days on which nothing goes out, 'YYYY-MM-DD', or 'MM-DD' for every year.",
  guards: 'What holds a run back before it writes. Where a guard is not set the run only warns.',
  'guards.unreadable': 'A run is held back when a larger share of the values of a column cannot be read, 0 to 1.',
  'guards.removed': 'A run is held back when a larger share of the planned emails would go or be skipped, 0 to 1.',
  'guards.ahead': "A run is held back when its day is more days after the last run's.",
  'guards.backwards': "Whether a run of a day before the last run's is held back.",
  'guards.other_config': "Whether a run with another configuration than the last run's is held back.",
  load_balancing: 'How many emails go out on a day.',
  'load_balancing.profile':
    'The sizes below by the number of contacts; auto chooses. A key that is set wins over the profile.',
  'load_balancing.daily_send_percentage_cap':
    "Emails on a day at most, as a share of the contacts, 0 to 1; null takes the profile's.",
  'load_balancing.daily_send_limit':
    'Emails on a day at most, as a number; null for none. Exceeded where a deadline forces it, unless excess is skip.',
  'load_balancing.ed_daily_soft_limit':
    "A day with more policy emails is spread over the days around; null takes the profile's.",
  'load_balancing.ed_smoothing_window_days': "Over how many days; null takes the profile's.",
  'load_balancing.catch_up_spread_days': 'Days over which emails are spread whose ideal day has passed.',
  'load_balancing.overage_threshold':
    'How far a day may be over its cap before emails are moved, as a factor from 1 on.',
  'load_balancing.ramp': 'How a new sending domain warms up; null for none.',
  'load_balancing.ramp.start': "The first day of the ramp, 'YYYY-MM-DD' in quotes; before it there is no limit.",
  'load_balancing.ramp.first': 'Emails on the first open day.',
  'load_balancing.ramp.growth': 'How much more each following open day takes: 0.3 is 30 percent.',
  'load_balancing.excess': 'What becomes of emails that no day has room for: send all the same, or skip.',
  followups: 'The emails that follow one that was sent.',
  'followups.enabled': 'Whether there are any.',
  'followups.delay_days': 'Days after the email that was sent; not more than lookback_days.',
  'followups.lookback_days': 'Days for which an email can be followed.',
  priorities: 'Which emails go first when a day is full: the smaller number.',
  'priorities.birthday': 'Birthday emails.',
  'priorities.effective_date': 'Policy emails.',
  'priorities.aep': 'Annual enrollment emails.',
  'priorities.post_window': 'Emails after a window.',
  'priorities.campaign': 'Campaigns whose type has no priority.',
  'priorities.followup': 'Follow-ups of emails without a priority.',
  templates:
    'The templates that rows name. Without one for emails a row names its email type, without one for SMS nothing.',
  'templates.birthday': 'Of birthday emails.',
  'templates.effective_date': 'Of policy emails.',
  'templates.aep': 'Of all annual enrollment emails.',
  'templates.post_window': 'Of emails after a window.',
  'templates.followup': 'Of all follow-ups.',
  'templates.*.email': 'The email template; null for the email type.',
  'templates.*.sms': 'The SMS template of contacts with a phone number; null for none.',
};

const STATE_CODES: ReadonlySet<string> = new Set(STATES);

/** What a key means, null when there is nothing to say. @param path the keys that lead to it, places in lists as numbers */
export function configNote(path: readonly PropertyKey[]): string | null {
  const names = path.map((key, i) => {
    if (typeof key === 'number') return '[]';
    if (path[0] === 'templates' && i === 1 && path.length === 3) return '*';
    return path[0] === 'state_rules' && i === 1 && STATE_CODES.has(String(key)) ? '*' : String(key);
  });
  return NOTES[names.join('.').replaceAll('.[]', '[]')] ?? null;
}
