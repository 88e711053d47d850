import { formatIsoDay } from '../../calendar/iso.js';
import type { IssueLog } from '../../columns/issueLog.js';
import type { SummedRow } from '../changes/checksums.js';

/** Notes the rows that a unique index refused as issues (Rules 11). */
export function noteRefusals(issues: IssueLog, refused: Iterable<SummedRow>): void {
  for (const { contactId, emailType, sendDay } of refused) {
    issues.add(contactId, 'refused_by_index', `${emailType} ${formatIsoDay(sendDay)}`);
  }
}
