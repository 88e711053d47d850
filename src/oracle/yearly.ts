import { anniversary, anniversaryOf, monthsBetween, yearOf } from '../calendar/day.js';
import { aepType, TYPE_CODES } from '../rules/emailTypes.js';
import { hasHistory } from './history.js';
import type { Contact, PlainOrganization, Proposal } from './model.js';
import { templatesOf } from './templates.js';

interface Occurrence {
  readonly eventDay: number;
  readonly deadline: number;
}

/** The birthday, policy anniversary and aep emails of a contact of known state (Rules 5). */
export function yearlyProposals(organization: PlainOrganization, contact: Contact): Proposal[] {
  return [
    birthdayProposal(organization, contact),
    effectiveDateProposal(organization, contact),
    ...organization.config.aep.map((_, i) => aepProposal(organization, contact, i)),
  ].filter((proposal) => proposal !== null);
}

function birthdayProposal(organization: PlainOrganization, contact: Contact): Proposal | null {
  const { birthDay } = contact;
  if (birthDay === null) return null;
  const occurrences = (year: number) => anniversaryOccurrence(birthDay, year);
  const first = firstYear(organization.today, occurrences);
  const daysBefore = organization.config.birthday_email_days_before;
  return yearlyProposal(organization, contact, 'birthday', 'birthday', daysBefore, first, occurrences);
}

function effectiveDateProposal(organization: PlainOrganization, contact: Contact): Proposal | null {
  const { effectiveDay } = contact;
  if (effectiveDay === null) return null;
  const occurrences = (year: number) => anniversaryOccurrence(effectiveDay, year);
  const first = firstYear(organization.today, occurrences);
  const months = monthsBetween(effectiveDay, occurrences(first).eventDay);
  // The test is on the first occurrence alone: a later one does not make up for it.
  if (months <= organization.config.organization.effective_date_first_email_months) return null;
  const daysBefore = organization.config.effective_date_days_before;
  return yearlyProposal(organization, contact, 'effective_date', 'effective_date', daysBefore, first, occurrences);
}

function aepProposal(organization: PlainOrganization, contact: Contact, i: number): Proposal | null {
  const date = organization.config.aep[i];
  const occurrences = (year: number) => ({
    eventDay: anniversaryOf(date.month, date.day, year),
    deadline: anniversaryOf(date.deadline_month, date.deadline_day, year),
  });
  const first = firstYear(organization.today, occurrences);
  return yearlyProposal(organization, contact, 'aep', aepType(i), 0, first, occurrences);
}

function anniversaryOccurrence(date: number, year: number): Occurrence {
  const eventDay = anniversary(date, year);
  return { eventDay, deadline: eventDay };
}

/** The year of the earliest occurrence whose deadline is today or later (Rules 5, which occurrence). */
function firstYear(today: number, occurrences: (year: number) => Occurrence): number {
  let year = yearOf(today) - 1;
  while (occurrences(year).deadline < today) year++;
  return year;
}

/** The proposal of the first occurrence, or of the next one when history has it (Rules 5, which occurrence). */
function yearlyProposal(
  organization: PlainOrganization,
  contact: Contact,
  kind: 'birthday' | 'effective_date' | 'aep',
  emailType: string,
  daysBefore: number,
  first: number,
  occurrences: (year: number) => Occurrence,
): Proposal | null {
  for (const year of [first, first + 1]) {
    const { eventDay, deadline } = occurrences(year);
    if (hasHistory(organization, contact.id, emailType, year, eventDay)) continue;
    return {
      contact,
      kind,
      emailType,
      typeCode: TYPE_CODES[kind],
      eventDay,
      idealDay: eventDay - daysBefore,
      deadline,
      priority: organization.config.priorities[kind],
      respectsWindows: true,
      ...templatesOf(organization.config, kind, emailType),
      eventYear: year,
      instanceId: null,
      instance: null,
      window: null,
      followed: null,
    };
  }
  return null;
}
