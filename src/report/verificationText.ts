import type { Finding } from '../verify/findings.js';
import type { FindingGroup } from '../verify/kinds.js';
import type { KindReport, VerifyReport } from '../verify/verify.js';
import { counted, grouped, listed, paragraph } from './text/prose.js';
import { table } from './text/textTable.js';

const GROUP_TITLES: Readonly<Record<FindingGroup, string>> = {
  law: 'Emails that must not be sent',
  limit: 'Limits that are not kept',
  plan: 'Rows that differ from the plan',
  data: 'Rows that are broken',
};

function findingText({ contact_id, row_id, email_type, send_date, found, expected }: Finding): string {
  const email = email_type === null ? null : send_date === null ? email_type : `${email_type} on ${send_date}`;
  const place = [
    contact_id === null ? null : `contact ${contact_id}`,
    row_id === null ? null : `row ${row_id}`,
    email ?? send_date,
  ];
  const details = [found, expected].filter((text) => text !== null).join(' instead of ');
  const where = place.filter((text) => text !== null).join(', ');
  return details === '' ? where : `${where}: ${details}`;
}

function kindText({ kind, count, sentence, examples }: KindReport, width: number): string {
  const lines = examples.map((example) => paragraph([findingText(example)], '      ', width, '    - '));
  const rest = count - examples.length;
  if (rest > 0 && examples.length > 0) lines.push(`      and ${grouped(rest)} more`);
  return [paragraph([`${kind}: ${grouped(count)}. ${sentence}`], '  ', width), ...lines].join('\n');
}

function groupText(group: FindingGroup, kinds: readonly KindReport[], width: number): string {
  return [GROUP_TITLES[group], ...kinds.map((kind) => kindText(kind, width))].join('\n\n');
}

/**
 * An audit as text for people: how much was audited, the kinds of findings with their counts, then every kind with its
 * sentence and examples, ending in a new line.
 *
 * @param width the most columns of a line of prose
 */
export function verificationText(report: VerifyReport, width = 100): string {
  const { rows, contacts, as_of, findings, kinds, history, types, columns_not_compared: notCompared } = report;
  const what = `${counted(rows, 'row')} of ${counted(contacts, 'contact')} as of ${as_of}`;
  const result = findings === 0 ? 'nothing to object to' : `${counted(findings, 'finding')}`;
  const sentences = [`Audited ${what}${history ? ', history included' : ''}: ${result}.`];
  if (types !== null) sentences.push(`Only emails of these types were audited: ${listed(types)}.`);
  if (notCompared.length > 0) {
    sentences.push(`Not compared, because the table has no such columns: ${listed(notCompared)}.`);
  }
  const parts = [paragraph(sentences, '', width)];
  if (kinds.length > 0)
    parts.push(
      table(
        ['kind', 'findings'],
        kinds.map(({ kind, count }) => [kind, count]),
      ),
    );
  for (const group of Object.keys(GROUP_TITLES) as FindingGroup[]) {
    const ofGroup = kinds.filter((kind) => kind.group === group);
    if (ofGroup.length > 0) parts.push(groupText(group, ofGroup, width));
  }
  return `${parts.join('\n\n')}\n`;
}
