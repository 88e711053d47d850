import { contactsOver } from '../columns/contacts.js';
import type { Organization } from '../columns/organization.js';
import { signalsOver } from '../columns/signals.js';
import type { KernelViews } from '../kernel/columns.js';

/**
 * The same organization with the kernel's own columns in the place of those that were copied into it, so that whoever holds the plan
 * alone holds each of them once. The columns live as long as the kernel.
 */
export function overKernel(organization: Organization, views: KernelViews): Organization {
  const { contacts, signals } = organization;
  const { lastClickDay, lastAnswerDay, lastConditionDay } = views;
  return {
    ...organization,
    contacts: contactsOver(
      {
        id: views.contactId,
        state: views.contactState,
        birth: views.contactBirth,
        effective: views.contactEffective,
        carrier: contacts.carrier,
        carriers: contacts.carriers,
        flags: views.contactFlags,
      },
      contacts.rowCount,
    ),
    // The kernel has none where nobody can be followed up.
    signals: lastClickDay.length === 0 ? signals : signalsOver({ lastClickDay, lastAnswerDay, lastConditionDay }),
  };
}
