/** How a setting is called where people set it, and what it does. */
export interface SettingWords {
  readonly label: string;
  /** One sentence with its effect; what 0 means where it switches something off. */
  readonly help: string;
}

/** The headings of the sections, and what they are about. */
export const SECTION_WORDS: Readonly<Record<string, SettingWords>> = {
  '': { label: 'General', help: 'When emails are due, and how many days before a forbidden window are kept free.' },
  reading: { label: 'Reading dates', help: 'How dates are read that are not written as YYYY-MM-DD.' },
  organization: { label: 'Who gets what', help: 'What this organization sends, and to whom it does not.' },
  frequency: { label: 'Emails per contact', help: 'How many emails one contact gets at most.' },
  calendar: { label: 'Sending days', help: 'What would start on a closed day goes out on the next open one.' },
  guards: {
    label: 'Guards',
    help: 'What holds a run of the command line back before it writes. Here they only warn.',
  },
  load_balancing: {
    label: 'Emails per day',
    help: 'How many emails go out on one day. What is left empty is decided by the number of contacts.',
  },
  followups: { label: 'Follow-ups', help: 'Emails that follow one that was sent.' },
  priorities: { label: 'Who goes first', help: 'When a day is full, the emails of the smaller number go.' },
  templates: { label: 'Templates', help: 'The names of templates that rows carry.' },
};

const SETTING_WORDS: Readonly<Record<string, SettingWords>> = {
  timezone: { label: 'Time zone', help: 'Decides which day it is when no day is named.' },
  send_time: { label: 'Time of sending', help: 'The time of day that every email gets.' },
  birthday_email_days_before: {
    label: 'Birthday email, days before',
    help: 'The birthday email goes out so many days before the birthday; 0 sends it on the day.',
  },
  effective_date_days_before: {
    label: 'Policy email, days before',
    help: 'The policy email goes out so many days before the anniversary of the policy; 0 sends it on the day.',
  },
  pre_window_exclusion_days: {
    label: 'Quiet days before a window',
    help: 'Before every window that a state forbids, so many days more are kept free of emails; 0 keeps none.',
  },
  'reading.dates': {
    label: 'Dates such as 7/4/1960',
    help: 'Takes them with the month first, the day first, or not at all.',
  },
  'organization.enable_post_window_emails': {
    label: 'Emails after a window',
    help: 'Sends an email when a window ends that kept one from the contact.',
  },
  'organization.effective_date_first_email_months': {
    label: 'First policy email, months',
    help: 'A policy gets anniversary emails once it is older than so many months; 0 from its first anniversary on.',
  },
  'organization.exclude_failed_underwriting_global': {
    label: 'Quiet after failed underwriting',
    help: 'Contacts that failed underwriting get nothing but enrollment emails.',
  },
  'organization.send_without_zipcode_for_universal': {
    label: 'Campaigns without a known state',
    help: 'Contacts whose state is unknown get the campaigns that are for everybody.',
  },
  'organization.suppress_after_bounces': {
    label: 'Stop after bounces',
    help: 'So many bounces since the last delivery stop all emails to a contact; 0 switches this off.',
  },
  'frequency.max_emails_per_period': {
    label: 'Most emails in a period',
    help: 'Further emails in the same period are skipped; 0 switches the limit off.',
  },
  'frequency.frequency_period_days': {
    label: 'Days of a period',
    help: 'How long the period is that this limit looks at.',
  },
  'calendar.weekdays': { label: 'Weekdays', help: 'Emails go out on the days that are ticked.' },
  'calendar.us_federal_holidays': {
    label: 'Closed on federal holidays',
    help: 'Nothing goes out on US federal holidays, on the days on which they are observed.',
  },
  'calendar.closed': { label: 'Further closed days', help: 'Nothing goes out on these days, once or in every year.' },
  'guards.unreadable': {
    label: 'Unreadable values, %',
    help: 'Holds a run back when a larger share of a column cannot be read; 0 does so for a single value.',
  },
  'guards.removed': {
    label: 'Emails taken back, %',
    help: 'Holds a run back when a larger share of the planned emails would go or be skipped.',
  },
  'guards.ahead': {
    label: 'Days ahead',
    help: "Holds a run back when its day is more days after the last run's; 0 for any day after it.",
  },
  'guards.backwards': { label: 'Going back', help: "Holds a run back when its day is before the last run's." },
  'guards.other_config': {
    label: 'Other settings',
    help: 'Holds a run back when its settings are not those of the last run.',
  },
  'load_balancing.profile': {
    label: 'Size of the book',
    help: 'Decides what is left empty below; "auto" goes by the number of contacts.',
  },
  'load_balancing.daily_send_percentage_cap': {
    label: 'Daily cap, % of contacts',
    help: 'A day takes emails for so many of a hundred contacts; a day always takes one.',
  },
  'load_balancing.daily_send_limit': {
    label: 'Daily limit, emails',
    help: 'A day takes at most so many emails, whatever the cap in percent says.',
  },
  'load_balancing.ed_daily_soft_limit': {
    label: 'Policy emails of a day',
    help: 'When more policy emails start on a day, they are spread over the days around it; 0 spreads them all.',
  },
  'load_balancing.ed_smoothing_window_days': {
    label: 'Policy emails, days to spread',
    help: 'Crowded policy emails are spread over so many days; 1 switches spreading off.',
  },
  'load_balancing.catch_up_spread_days': {
    label: 'Late emails, days to spread',
    help: 'Emails whose best day has passed are spread over so many days; 1 sends them all at once.',
  },
  'load_balancing.overage_threshold': {
    label: 'Cut back above, times the cap',
    help: 'Emails are moved from a day only when it has more than so many times its cap; 1 moves them from the cap on.',
  },
  'load_balancing.ramp': {
    label: 'Warm up a new sending domain',
    help: 'Each open day takes more than the one before, from the first day on.',
  },
  'load_balancing.excess': {
    label: 'Emails without room',
    help: 'Emails that no day has room for up to their last day are sent all the same, or skipped.',
  },
  'followups.enabled': { label: 'Send follow-ups', help: 'Sends a second email after one that was sent.' },
  'followups.delay_days': {
    label: 'Days after the email',
    help: 'The follow-up goes out so many days later; 0 on the same day.',
  },
  'followups.lookback_days': {
    label: 'Days an email can be followed',
    help: 'Emails that were sent longer ago are not followed up; 0 follows only those of today.',
  },
  'priorities.birthday': { label: 'Birthday emails', help: 'Their place in line on a full day.' },
  'priorities.effective_date': { label: 'Policy emails', help: 'Their place in line on a full day.' },
  'priorities.aep': { label: 'Enrollment emails', help: 'Their place in line on a full day.' },
  'priorities.post_window': { label: 'Emails after a window', help: 'Their place in line on a full day.' },
  'priorities.campaign': { label: 'Campaigns', help: 'The place in line of campaigns whose type names none.' },
  'priorities.followup': { label: 'Follow-ups', help: 'The place in line of follow-ups of emails that have none.' },
};

const KINDS: Readonly<Record<string, string>> = {
  birthday: 'Birthday',
  effective_date: 'Policy',
  aep: 'Enrollment',
  post_window: 'After a window',
  followup: 'Follow-up',
};

const ITEM_LABELS: Readonly<Record<string, string>> = {
  month: 'Month',
  day: 'Day',
  deadline_month: 'Last month',
  deadline_day: 'Last day',
  kind: 'Forbids',
  before: 'Days before',
  after: 'Days after',
  use_month_start: 'Around the 1st',
  buffer: 'Quiet days before',
};

const CHOICES: Readonly<Record<string, string>> = {
  iso: 'not at all',
  mdy: 'month first',
  dmy: 'day first',
  send: 'send all the same',
  skip: 'skip them',
  birthday_window: 'days around the birthday',
  effective_date_window: 'days around the policy date',
  year_round: 'every day',
};

/** How a setting is called and what it does. @param path the keys that lead to it */
export function settingWords(path: readonly string[]): SettingWords {
  const [section, kind, key] = path;
  if (section === 'templates') {
    const channel = key === 'sms' ? 'SMS' : 'email';
    const without = key === 'sms' ? 'Empty for no SMS.' : 'Empty for the type of the email.';
    return {
      label: `${KINDS[kind] ?? kind}, ${channel}`,
      help: `The template that rows of this kind name. ${without}`,
    };
  }
  return SETTING_WORDS[path.join('.')] ?? { label: path.join(' '), help: '' };
}

/** How a part of an enrollment date or of a state's rule is called. */
export function itemLabel(key: string): string {
  return ITEM_LABELS[key] ?? key;
}

/** How one of the words is called that a setting can be. */
export function choiceText(choice: string): string {
  return CHOICES[choice] ?? choice;
}
