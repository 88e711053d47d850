import { planAnniversaries, prepareAnniversaries } from './anniversaries';
import { prepareCalendar } from './calendar';
import { planCampaigns, resetLateCampaigns } from './campaigns';
import { prepareDeadlines } from './candidate';
import { countCandidates, resetCounts } from './days';
import { beginContact, candidateCount, emitHeld, resetCandidates } from './emit';
import { enterContact, hasState, prepareWindows } from './exclusion';
import { planFollowup } from './followups';
import { enterRows } from './history';
import { limitContact } from './limits';
import { contactCount } from './memory';
import { resetWindows } from './owedWindows';
import { planPostWindow } from './postWindow';
import { enterSuppressions } from './suppressions';

/** Contacts are planned in groups, so that an engine can replace slow code by fast code between them. */
const GROUP: u32 = 1024;

/** Sends a contact's candidates out, the contact limits applied. @inline */
export function planContact(contact: u32): void {
  const first = candidateCount;
  enterContact(contact);
  enterRows(contact);
  enterSuppressions(contact);
  resetWindows();
  if (hasState(contact)) planAnniversaries(contact);
  planCampaigns(contact);
  if (hasState(contact)) {
    planPostWindow(contact);
    planFollowup(contact);
  }
  emitHeld(contact);
  limitContact(first, candidateCount);
}

/**
 * Plans the contacts `[start, end)`: all their candidates with start day and reason, the contact limits applied once (Rules
 * 5 to 10, and 9 step 1), and the emails of every day counted. Ranges follow each other from contact 0 on.
 *
 * @returns how many candidates there are now
 */
export function planContacts(start: u32, end: u32): u32 {
  if (start === 0) {
    resetCandidates(0);
    resetCounts();
    resetLateCampaigns();
    prepareCalendar();
    prepareDeadlines();
    prepareWindows();
  }
  prepareAnniversaries(start, end);
  for (let first = start; first < end; first += GROUP) planGroup(first, min(first + GROUP, end));
  if (end === contactCount) beginContact(contactCount);
  return candidateCount;
}

function planGroup(start: u32, end: u32): void {
  for (let contact = start; contact < end; contact++) {
    beginContact(contact);
    const first = candidateCount;
    planContact(contact);
    countCandidates(first, candidateCount);
  }
}
